// Kills the command line or a worker of it with SIGKILL at random moments, all through a search with several workers, and starts it again
// each time: once with trials that are real trainings of a tiny net, once with a function of one's own. At the end nothing may be lost,
// doubled or stuck, the database must be sound and the best the best, by what the runs' own folders say; then the database is taken away
// and made from the plain files.
//   npm run bench -- study-kills      BENCH_TRIALS=200 BENCH_KILLS=100 BENCH_WORKERS=4 BENCH_SEED=1 BENCH_ONLY=trainings|function
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src-main/shared/random.ts';
import { done, samples, startAtelier, type Ended, type Running } from '../support/built-cli.ts';
import { childrenOf, isAlive } from '../support/processes.ts';

const number = (name: string, usual: number): number => Number(process.env[name] ?? usual);
const [trials, kills] = [number('BENCH_TRIALS', 200), number('BENCH_KILLS', 100)];
const [workers, seed] = [number('BENCH_WORKERS', 4), number('BENCH_SEED', 1)];
/** A trial whose process died so often counts as crashed: that is no loss. */
const mostTries = 3;

type Line = Record<string, unknown>;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const lower = { type: 'float', low: 1e-3, high: 1, log: true };

interface Suffered {
  app: number;
  worker: number;
  /** Trials as they were told, over all starts. */
  told: Line[];
  last: Ended;
}

/** Starts `args` again and again until it ends by itself, `kills` times cut short in between. */
async function suffer(folder: string, args: readonly string[]): Promise<Suffered> {
  const random = new Random(seed, 0, 0);
  const suffered: Suffered = { app: 0, worker: 0, told: [], last: null! };
  let running = startAtelier(folder, args);
  const tell = (from: Running) => {
    // A line cut short by the kill has told nobody anything.
    const whole = from.said.stdout.slice(0, from.said.stdout.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').filter(Boolean)) {
      const parsed = JSON.parse(line) as Line;
      if (parsed.event === 'trial') suffered.told.push(parsed);
    }
  };
  while (suffered.app + suffered.worker < kills) {
    // So that they are spread over all of the trials: after some that ended, and a moment more.
    const left = trials - ended(suffered.told) - told(running);
    const share = Math.max(0, Math.floor(left / (kills - suffered.app - suffered.worker + 5)));
    const wanted = told(running) + random.below(share + 1);
    while (told(running) < wanted && running.child.exitCode === null) await pause(5);
    // Where trials end faster than kills come, a shorter moment: the search is not to be over before the last kill.
    const room = (trials - ended(suffered.told) - told(running)) / (kills - suffered.app - suffered.worker);
    await pause(random.below(Math.max(1, Math.round(150 * Math.min(1, room / 2)))));
    // It has told its end: what comes after that is no part of the search, and the same command would begin another one.
    if (running.child.exitCode !== null || running.said.stdout.includes('"event":"finished"')) break;
    const at = childrenOf(running.child.pid!);
    if (at.length > 0 && random.below(2) === 0) {
      const victim = at[random.below(at.length)];
      if (!isAlive(victim)) continue;
      suffered.worker++;
      process.kill(victim, 'SIGKILL');
    } else {
      suffered.app++;
      running.child.kill('SIGKILL');
      await running.ended;
      tell(running);
      for (const orphan of at) await gone(orphan);
      running = startAtelier(folder, args);
    }
  }
  suffered.last = await running.ended;
  tell(running);
  return suffered;
}

const told = ({ said }: Running): number => said.stdout.split('"event":"trial"').length - 1;
const ended = (lines: readonly Line[]): number => new Set(lines.map(({ trial }) => trial)).size;

async function gone(pid: number): Promise<void> {
  const end = Date.now() + 30_000;
  while (isAlive(pid)) {
    if (Date.now() > end) throw new Error(`Process ${pid} was still there 30 s after the command line had died.`);
    await pause(10);
  }
}

let wrong = 0;
function check(what: string, holds: boolean, seen?: unknown): void {
  if (holds) return;
  wrong++;
  console.log(`WRONG ${what}: ${JSON.stringify(seen)?.slice(0, 2000)}`);
}

const inOrder = (lines: readonly Line[]): Line[] => [...lines].sort((a, b) => Number(a.trial) - Number(b.trial));
const counted = Array.from({ length: trials }, (_, i) => i);

async function trainings(folder: string): Promise<void> {
  await done(folder, 'import', join(samples, 'iris.csv'));
  const study = {
    name: 'killed',
    data: 'iris',
    architecture: 'linear',
    epochs: 1,
    metric: 'loss',
    sampler: 'tpe',
    pruner: 'none',
    seed,
    settings: { device: 'cpu', patience: 0 },
    space: { lr: lower, batch: { type: 'int', low: 4, high: 64, log: true } },
    trials,
    workers,
  };
  writeFileSync(join(folder, 'study.json'), JSON.stringify(study));
  const { last, told } = await reported('trainings', () => suffer(folder, ['tune', 'study.json', '--json']));
  check('it ended', last.code === 0, last.stderr);
  const [{ trials: count, running, waiting }, ...rows] = (await done(folder, 'studies', 'show', 'killed', '--json'))
    .lines;
  const runs = (await done(folder, 'runs', 'list', '--json')).lines;
  check('as many trials as were wanted', count === trials && running === 0 && waiting === 0, {
    count,
    running,
    waiting,
  });
  check(
    'numbers without gap or double',
    same(
      rows.map(({ trial }) => trial),
      counted,
    ),
    rows.map(({ trial }) => trial),
  );
  const own = new Set(rows.map(({ run }) => run));
  check('each a run of its own', own.size === trials && !own.has(null), own.size);
  check('no other runs', runs.length === trials && runs.every(({ run }) => own.has(run)), runs.length);
  let best: Line | null = null;
  let crashed = 0;
  for (const row of rows) {
    const how = row.ended as { code?: string } | undefined;
    if (row.state === 'failed' && how?.code === 'crashed' && row.tries === mostTries) {
      crashed++;
      continue;
    }
    check('complete', row.state === 'complete' && row.ended_at !== null, row);
    const value = lossOf(folder, String(row.run));
    check('the value that its run has', value === row.value, { row, value });
    if (value !== null && (best === null || value < (best.value as number))) best = row;
  }
  check('the best', (last.lines.at(-1)?.best as Line | undefined)?.trial === best?.trial, [last.lines.at(-1), best]);
  check('no trial told twice as another', agree(told), told);
  const before = JSON.stringify(rows);
  for (const name of readdirSync(folder).filter((each) => each.startsWith('atelier.db'))) rmSync(join(folder, name));
  rmSync(join(folder, 'backups'), { recursive: true });
  await done(folder, 'runs', 'list', '--json');
  const { lines } = await done(folder, 'studies', 'show', 'killed', '--json');
  check('the same from plain files', JSON.stringify(lines.slice(1)) === before, lines.length);
  console.log(`  ${rows.length} trials, ${crashed} of them killed ${mostTries} times; made again from plain files`);
}

/** What the run itself wrote at its end, as its folder has it: twice the same where the app was killed before it had read that. */
function lossOf(folder: string, run: string): number | null {
  const path = join(folder, 'runs', run, 'run.jsonl');
  if (!existsSync(path)) return null;
  const ends = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"type":"finished"'));
  const losses = ends.map((line) => {
    const { result } = JSON.parse(line) as { result: { metrics: Record<string, number> } };
    return result.metrics['validation/loss'];
  });
  return new Set(losses).size === 1 ? losses[0] : null;
}

async function ownFunction(folder: string): Promise<void> {
  writeFileSync(
    join(folder, 'objective.mjs'),
    `export default async ({ lr, batch }) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return ${valueText};
    };`,
  );
  const study = {
    sampler: 'tpe',
    seed,
    space: { lr: lower, batch: { type: 'int', low: 4, high: 64, log: true } },
  };
  writeFileSync(join(folder, 'function.json'), JSON.stringify(study));
  const args = ['tune', 'function.json', '--function', 'objective.mjs', '--trials', String(trials)];
  const { last, told } = await reported('function', () =>
    suffer(folder, [...args, '--workers', String(workers), '--json']),
  );
  check('it ended', last.code === 0, last.stderr);
  const end = last.lines.at(-1)!;
  const { complete, failed } = end as Record<string, number>;
  check('as many trials as were wanted', end.trials === trials && complete + failed === trials, end);
  check('no trial told twice as another', agree(told), told);
  // An end that was stored in the instant of a kill is told to nobody; all others are.
  const rows = inOrder([...new Map(told.map((row) => [row.trial, row])).values()]);
  for (const row of rows) {
    if (row.state === 'failed' && (row.ended as { code: string }).code === 'crashed') continue;
    const { lr, batch } = row.params as { lr: number; batch: number };
    check('the value of its settings', row.state === 'complete' && row.value === valueOf(lr, batch), row);
  }
  const least = rows.reduce((low, { value }) => Math.min(low, (value as number | null) ?? Infinity), Infinity);
  const best = end.best as { value: number; params: { lr: number; batch: number } };
  check('the best', best.value <= least && best.value === valueOf(best.params.lr, best.params.batch), [best, least]);
  console.log(`  ${trials} trials (${failed} killed ${mostTries} times), ${rows.length} of them told`);
}

const valueText = '(Math.log10(lr) + 1.5) ** 2 + (Math.log2(batch) - 4) ** 2 / 10';
const valueOf = (lr: number, batch: number): number => (Math.log10(lr) + 1.5) ** 2 + (Math.log2(batch) - 4) ** 2 / 10;

const same = (a: readonly unknown[], b: readonly unknown[]): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The same trial is the same each time it is told. */
function agree(lines: readonly Line[]): boolean {
  const known = new Map<unknown, string>();
  return lines.every(({ trial, state, value, params }) => {
    const text = JSON.stringify([state, value, params]);
    const before = known.get(trial);
    known.set(trial, text);
    return before === undefined || before === text;
  });
}

async function reported(name: string, act: () => Promise<Suffered>): Promise<Suffered> {
  const from = performance.now();
  const suffered = await act();
  const { app, worker } = suffered;
  const minutes = ((performance.now() - from) / 60_000).toFixed(1);
  console.log(`${name}: ${app + worker} kills (${app} of the app, ${worker} of workers) in ${minutes} minutes`);
  check('enough kills', app + worker >= kills, { app, worker });
  return suffered;
}

for (const [name, act] of Object.entries({ trainings, function: ownFunction })) {
  if (process.env.BENCH_ONLY && process.env.BENCH_ONLY !== name) continue;
  const folder = mkdtempSync(join(tmpdir(), 'atelier-study-kills-'));
  const before = wrong;
  await act(folder);
  if (wrong === before) rmSync(folder, { recursive: true, force: true });
  else console.log(`  what is left of it: ${folder}`);
}
console.log(`${wrong} wrong`);
if (wrong > 0) process.exitCode = 1;
