import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPosition } from '../../src-main/runtime/checkpoint.ts';
import { Random } from '../../src-main/shared/random.ts';
import { done, samples, startAtelier, type Running } from './built-cli.ts';
import { childrenOf, isAlive } from './processes.ts';
import { reviews } from './texts.ts';

/** The five main architectures, each on data of its kind, for long enough that a kill falls between checkpoints and on them. */
export const killed = [
  { name: 'MLP', data: 'iris', args: ['--architecture', 'mlp', '--epochs', '600', '--batch', '8'] },
  {
    name: 'CNN with batch normalization',
    data: 'glyphs',
    args: ['--architecture', 'cnn', '--set', 'channels=4,8', '--set', 'batchNorm=true', '--epochs', '4'],
  },
  { name: 'ResNet', data: 'glyphs', args: ['--architecture', 'resnet', '--set', 'firstChannels=4', '--epochs', '1'] },
  {
    name: 'LSTM',
    data: 'reviews',
    args: [
      '--architecture',
      'text-lstm',
      '--set',
      'embedding=8',
      '--set',
      'units=8',
      '--set',
      'length=24',
      '--epochs',
      '20',
    ],
  },
  {
    name: 'transformer',
    data: 'reviews',
    args: ['--architecture', 'text-transformer', '--set', 'length=24', '--set', 'dropout=0.1', '--epochs', '6'],
  },
] as const;
export type Killed = (typeof killed)[number];

export async function importAll(workspace: string): Promise<void> {
  mkdirSync(workspace, { recursive: true });
  const lines = reviews(300).map(({ text, feeling }) => `${feeling},"${text.replaceAll('"', '""')}"`);
  const texts = join(workspace, 'reviews.csv');
  writeFileSync(texts, `feeling,review\n${lines.join('\n')}\n`);
  await done(workspace, 'import', join(samples, 'glyphs'));
  await done(workspace, 'import', join(samples, 'iris.csv'));
  await done(workspace, 'import', texts);
}

const common = ['--threads', '1', '--seed', '7', '--json'];

/** A hash of every value that a run's last checkpoint holds: weights, statistics, optimizer. */
export function valuesOf(workspace: string, run: string): string {
  const bytes = readFileSync(join(workspace, 'runs', run, 'checkpoints', 'last.safetensors'));
  return createHash('sha256')
    .update(bytes.subarray(8 + Number(bytes.readBigUInt64LE(0))))
    .digest('hex');
}

interface Undisturbed {
  values: string;
  curves: string;
  /** From its start to its end. */
  ms: number;
}

async function started(running: Running): Promise<string> {
  const end = Date.now() + 90_000;
  while (!running.said.stdout.includes('\n')) {
    if (Date.now() > end) throw new Error(`Not started: ${running.said.stderr}`);
    await pause(10);
  }
  return (JSON.parse(running.said.stdout.split('\n')[0]) as { run: string }).run;
}

export async function undisturbed(workspace: string, { data, args }: Killed): Promise<Undisturbed> {
  const running = startAtelier(workspace, ['train', '--data', data, ...args, ...common, '--name', 'whole']);
  const run = await started(running);
  const begun = Date.now();
  const { code, stderr } = await running.ended;
  if (code !== 0) throw new Error(stderr);
  return { values: valuesOf(workspace, run), curves: await curvesOf(workspace, run), ms: Date.now() - begun };
}

/** Every point of what was learned, as stored; what the machine was like is another each time. */
async function curvesOf(workspace: string, run: string): Promise<string> {
  const { lines } = await done(workspace, 'runs', 'show', run, '--points', '--json');
  const points = lines.filter((line) => typeof line.key === 'string' && !line.key.startsWith('system/'));
  return JSON.stringify(points.map(({ key, step, value }) => [key, step, value]));
}

export interface KilledRun {
  /** Where each kill fell: the process, and how far the run was by its last checkpoint then (0: there was none). */
  kills: { process: 'trainer' | 'app'; step: number }[];
  values: string;
  curves: string;
}

/**
 * Trains the same, killing the trainer or the app with it `times` times at moments that follow from the seed, resuming each time; then to
 * the end. Each kill must leave a run in a true state that can be resumed.
 */
export async function killAndResume(
  workspace: string,
  { data, args }: Killed,
  { ms }: Undisturbed,
  seed: number,
  times: number,
): Promise<KilledRun> {
  const random = new Random(seed, 0, 0);
  const kills: KilledRun['kills'] = [];
  let running = startAtelier(workspace, ['train', '--data', data, ...args, ...common, '--name', `killed ${seed}`]);
  const run = await started(running);
  let isDone = false;
  for (let n = 0; n < times; n++) {
    // So that the last one, too, mostly comes before the end.
    await Promise.race([pause(random.below(Math.max(1, Math.round((1.5 * ms) / times)))), running.ended]);
    if (running.child.exitCode !== null) break;
    const trainer = childrenOf(running.child.pid!).at(-1);
    const kind = random.below(2) === 0 && trainer !== undefined ? 'trainer' : 'app';
    if (kind === 'trainer') process.kill(trainer!, 'SIGKILL');
    else running.child.kill('SIGKILL');
    await running.ended;
    if (trainer !== undefined) while (isAlive(trainer)) await pause(20);
    const [{ status, error }] = (await done(workspace, 'runs', 'show', run, '--json')).lines as {
      status: string;
      error: { code: string } | null;
    }[];
    // It may have been done an instant before.
    if ((isDone = status === 'finished')) break;
    const expected = kind === 'trainer' ? 'failed process_died' : 'interrupted interrupted';
    if (`${status} ${error?.code}` !== expected) throw new Error(`${run}: ${status} ${error?.code}, not ${expected}`);
    const path = join(workspace, 'runs', run, 'checkpoints', 'last.safetensors');
    const position = readPosition(path);
    if (existsSync(path) && !position) throw new Error(`${run}: its last checkpoint cannot be read`);
    kills.push({ process: kind, step: position?.step ?? 0 });
    running = startAtelier(workspace, ['runs', 'resume', run, '--json']);
    await started(running);
  }
  const { code, stderr } = await running.ended;
  if (!isDone && code !== 0) throw new Error(stderr);
  return { kills, values: valuesOf(workspace, run), curves: await curvesOf(workspace, run) };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
