import { availableParallelism, freemem } from 'node:os';
import type { AtOnce } from '../shared/job.ts';
import type { DeviceName } from '../shared/run.ts';

/** What a training takes of the machine. */
export interface TrainingNeeds {
  device: DeviceName;
  threads: number;
  /** Bytes that the like have taken; null while there were none. */
  memory: number | null;
}

export interface Machine {
  cores: number;
  /** Bytes that could be had without paging. */
  freeMemory(): number;
}

export const thisMachine: Machine = { cores: availableParallelism(), freeMemory: freemem };

/** Reckoned for a training of a kind that never ended here: the runtime, a small net and its data. */
const unknownMemory = 2 ** 30;
/** Left to everything else. */
const spareMemory = 2 ** 29;

/**
 * Whether a training may begin beside those that work. `device`: it waits for its device, and one behind it may go first; `full`: there
 * is no room, and it is its turn when there is. The first one always may: what people ask for is tried.
 *
 * By itself one core is left to the window and the system, a graphics device has one training (its threads only feed it), and memory must
 * be there for what the like have taken. A number of people's own is kept to, whatever it costs.
 */
export function fits(
  next: TrainingNeeds,
  working: readonly TrainingNeeds[],
  atOnce: AtOnce,
  machine: Machine,
): 'yes' | 'device' | 'full' {
  if (working.length === 0) return 'yes';
  if (atOnce !== 'auto') return working.length < atOnce ? 'yes' : 'full';
  if (next.device !== 'cpu' && working.some(({ device }) => device === next.device)) return 'device';
  const threads = [...working, next].reduce((sum, one) => sum + (one.device === 'cpu' ? one.threads : 1), 0);
  if (threads > machine.cores - 1) return 'full';
  return machine.freeMemory() < (next.memory ?? unknownMemory) + spareMemory ? 'full' : 'yes';
}

/** Threads of a new run that nobody chose any for: where so many go side by side, each has its part of the cores. */
export function dividedThreads(threads: number, atOnce: AtOnce, cores: number): number {
  return atOnce === 'auto' ? threads : Math.max(1, Math.min(threads, Math.floor(cores / atOnce)));
}
