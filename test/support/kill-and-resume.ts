import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

export interface Undisturbed {
  values: string;
  curves: string;
  /** From its start to the first it tells of its training, and from there to its end. */
  ms: { starting: number; training: number };
}

/** Waits until there is more of what it says: at the first line it exists, at the first metric it trains. */
async function until(running: Running, said: (stdout: string) => boolean): Promise<void> {
  const end = Date.now() + 90_000;
  while (!said(running.said.stdout) && running.child.exitCode === null) {
    if (Date.now() > end) throw new Error(`Nothing heard of it for 90 s: ${running.said.stderr}`);
    await pause(10);
  }
}

async function started(running: Running): Promise<string> {
  await until(running, (stdout) => stdout.includes('\n'));
  const line = running.said.stdout.split('\n')[0];
  if (line === '') throw new Error(`Not started: ${running.said.stderr}`);
  return (JSON.parse(line) as { run: string }).run;
}

const trains = (running: Running): Promise<void> => until(running, (stdout) => stdout.includes('"event":"metric"'));

export async function undisturbed(workspace: string, { data, args }: Killed): Promise<Undisturbed> {
  const running = startAtelier(workspace, ['train', '--data', data, ...args, ...common, '--name', 'whole']);
  const run = await started(running);
  const begun = Date.now();
  await trains(running);
  const trained = Date.now();
  const { code, stderr } = await running.ended;
  if (code !== 0) throw new Error(stderr);
  const ms = { starting: trained - begun, training: Date.now() - trained };
  return { values: valuesOf(workspace, run), curves: await curvesOf(workspace, run), ms };
}

/** Every point of what was learned, as stored; what the machine was like is another each time. */
async function curvesOf(workspace: string, run: string): Promise<string> {
  const { lines } = await done(workspace, 'runs', 'show', run, '--points', '--json');
  const points = lines.filter((line) => typeof line.key === 'string' && !line.key.startsWith('system/'));
  return JSON.stringify(points.map(({ key, step, value }) => [key, step, value]));
}

/** Where a kill fell: the process, when, and where the run's last checkpoint stood (null: there was none). */
export interface Kill {
  process: 'trainer' | 'app';
  /** Milliseconds after the process had said that it was there, or had told the first of its training. */
  after: ['start' | 'first metric', number];
  position: { step: number; epoch: number; offset: number } | null;
}

export interface KilledRun {
  run: string | null;
  kills: Kill[];
  /** What is wrong with it; null where it ended as an undisturbed one. */
  problem: string | null;
}

/**
 * Trains the same, killing the trainer or the app with it `times` times at moments that follow from the seed, resuming each time; then to
 * the end. Each kill must leave a run in a true state that can be resumed. `evidence`: where the run's folder is copied to after each kill
 * and at the end, kept where something is wrong.
 */
export async function killAndResume(
  workspace: string,
  one: Killed,
  whole: Undisturbed,
  { seed, times, evidence }: { seed: number; times: number; evidence?: string },
): Promise<KilledRun> {
  const found: KilledRun = { run: null, kills: [], problem: null };
  const keep = (name: string): void => {
    if (evidence && found.run !== null) {
      cpSync(join(workspace, 'runs', found.run), join(evidence, name), { recursive: true });
    }
  };
  try {
    found.problem = await disturbed(workspace, one, whole, { seed, times, found, keep });
  } catch (error) {
    found.problem = (error as Error).message;
  }
  if (evidence !== undefined) {
    if (found.problem === null) rmSync(evidence, { recursive: true, force: true });
    else {
      keep('end');
      writeFileSync(join(evidence, 'what.json'), JSON.stringify({ seed, ...one, ...found }, null, 2));
    }
  }
  return found;
}

interface Disturbing {
  seed: number;
  times: number;
  found: KilledRun;
  keep(name: string): void;
}

async function disturbed(
  workspace: string,
  { data, args }: Killed,
  whole: Undisturbed,
  { seed, times, found, keep }: Disturbing,
): Promise<string | null> {
  const random = new Random(seed, 0, 0);
  let running = startAtelier(workspace, ['train', '--data', data, ...args, ...common, '--name', `killed ${seed}`]);
  try {
    const run = (found.run = await started(running));
    let isDone = false;
    for (let n = 0; n < times; n++) {
      const isTraining = random.below(3) > 0;
      // So that the last one, too, mostly comes before the end.
      const most = isTraining ? (1.5 * whole.ms.training) / times : 1.2 * whole.ms.starting;
      const wait = random.below(Math.max(1, Math.round(most)));
      if (isTraining) await trains(running);
      await Promise.race([pause(wait), running.ended]);
      if (running.child.exitCode !== null) break;
      const trainer = childrenOf(running.child.pid!).at(-1);
      const kind = random.below(2) === 0 && trainer !== undefined ? 'trainer' : 'app';
      process.kill(kind === 'trainer' ? trainer! : running.child.pid!, 'SIGKILL');
      await running.ended;
      if (trainer !== undefined) await gone(trainer);
      keep(`kill-${n + 1}`);
      const [{ status, error }] = (await done(workspace, 'runs', 'show', run, '--json')).lines as {
        status: string;
        error: { code: string } | null;
      }[];
      // It may have been done an instant before.
      if ((isDone = status === 'finished')) break;
      const path = join(workspace, 'runs', run, 'checkpoints', 'last.safetensors');
      const position = readPosition(path);
      const { step, epoch, offset } = position ?? {};
      found.kills.push({
        process: kind,
        after: [isTraining ? 'first metric' : 'start', wait],
        position: position && { step: step!, epoch: epoch!, offset: offset! },
      });
      const expected = kind === 'trainer' ? 'failed process_died' : 'interrupted interrupted';
      if (`${status} ${error?.code}` !== expected) return `It is ${status} ${error?.code}, not ${expected}.`;
      if (existsSync(path) && !position) return 'Its last checkpoint cannot be read.';
      running = startAtelier(workspace, ['runs', 'resume', run, '--json']);
      await started(running);
    }
    const { code, stderr } = await running.ended;
    if (!isDone && code !== 0) return `It ended with ${code}: ${stderr}`;
    if (valuesOf(workspace, run) !== whole.values)
      return 'Its last checkpoint has other values than the undisturbed one.';
    return (await curvesOf(workspace, run)) === whole.curves
      ? null
      : 'Its curves are others than the undisturbed one has.';
  } finally {
    if (running.child.exitCode === null) running.child.kill('SIGKILL');
  }
}

async function gone(pid: number): Promise<void> {
  const end = Date.now() + 30_000;
  while (isAlive(pid)) {
    if (Date.now() > end) throw new Error(`Its trainer, process ${pid}, was still there 30 s after.`);
    await pause(20);
  }
}

/** What the command line tells of all runs, before their database is taken away and after it was made from their folders again. */
export async function rebuiltFromFolders(
  workspace: string,
): Promise<{ before: string[]; after: string[]; said: string }> {
  const told = async () => {
    const { lines, stderr } = await done(workspace, 'runs', 'list', '--json');
    const runs = lines
      .map(({ run, name, status, best_epoch, metrics }) => ({ run, name, status, best_epoch, metrics }))
      .map((facts) => JSON.stringify(facts))
      .sort();
    return { runs, stderr };
  };
  const before = await told();
  const files = readdirSync(workspace).filter((name) => name.startsWith('atelier.db'));
  for (const file of [...files, 'backups']) rmSync(join(workspace, file), { recursive: true, force: true });
  const after = await told();
  return { before: before.runs, after: after.runs, said: after.stderr };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
