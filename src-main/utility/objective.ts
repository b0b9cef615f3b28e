import { pathToFileURL } from 'node:url';
import { AtelierError, errorFacts } from '../shared/errors.ts';
import type { FromObjective, ToObjective } from '../shared/objective.ts';
import { openPort } from './port/port.ts';

/** Runs a person's own objective, `export default async (params, report) => value`, in a process that may crash or hang. */
type Objective = (params: object, report: (value: number, step?: number) => Promise<void>) => unknown;

/** What `report` rejects with when the trial is to end; the objective may catch it to tidy up. */
class TrialPruned extends Error {
  override readonly name = 'TrialPruned';
}

const port = openPort<ToObjective, FromObjective>();
let objective: Objective;
let answer: (prune: boolean) => void = () => {};

async function load(path: string): Promise<void> {
  try {
    const module = await loaded(path);
    if (typeof module.default !== 'function') {
      throw new AtelierError(
        'invalid_objective',
        `${path} has no default export that is a function: export default async (params, report) => value.`,
      );
    }
    objective = module.default as Objective;
    port.post({ type: 'ready' });
  } catch (error) {
    port.post({ type: 'unusable', error: errorFacts(error) });
  }
}

async function loaded(path: string): Promise<{ default?: unknown }> {
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { default?: unknown };
  } catch (error) {
    // Where in the module it is wrong, and not how Node came there.
    const where = String((error as Error | null)?.stack)
      .split('\n')
      .filter((line) => line.includes('file://'));
    const facts = errorFacts(error);
    throw new AtelierError('invalid_objective', `${path} cannot be loaded: ${facts.message}`, where.slice(0, 5));
  }
}

async function run(params: object): Promise<void> {
  let last = 0;
  let pruned = false;
  const report = (value: number, step = last + 1) => {
    last = step;
    const decided = new Promise<void>((resolve, reject) => {
      answer = (prune) => {
        pruned ||= prune;
        if (prune) reject(new TrialPruned('This trial is not worth going on with.'));
        else resolve();
      };
    });
    // An objective that does not wait for the verdict is no error.
    decided.catch(() => {});
    port.post({ type: 'report', step, value: Number(value) });
    return decided;
  };
  try {
    const value = await objective(params, report);
    port.post(pruned ? { type: 'pruned' } : { type: 'value', value: plain(value) });
  } catch (error) {
    port.post(pruned ? { type: 'pruned' } : { type: 'threw', error: errorFacts(error) });
  }
}

/** What can be sent: a number or numbers, else how it looks. */
function plain(value: unknown): unknown {
  if (typeof value === 'number' || (Array.isArray(value) && value.every((each) => typeof each === 'number')))
    return value;
  return String(value);
}

port.listen((message) => {
  if (message.type === 'load') void load(message.module);
  else if (message.type === 'run') void run(message.params);
  else answer(message.prune);
});
