import { linesOf } from '../files.ts';
import type { CurveBlock } from '../../shared/run-exchange.ts';
import { pythonNumber, pythonText, wholeNumber } from './metric-file.ts';

/**
 * A point of MLflow's is moment, value and step: epochs go along as a metric of their own, whose value at a step is the epoch of all points
 * of that step. In MLflow it can be looked at like any other; here it is taken apart again.
 */
export const epochMetric = 'atelier.epoch';

/** So many steps are remembered; points of others come without their epoch. */
export const mostEpochSteps = 4_000_000;

/** What of a run's epochs has been written: each step once, however many curves have it. */
export class EpochLines {
  readonly #began: number;
  readonly #told = new Set<number>();

  /** `began`: milliseconds since 1970. */
  constructor(began: number) {
    this.#began = began;
  }

  /** The lines that are new with this block. */
  of({ steps, epochs, times }: CurveBlock): string[] {
    const lines: string[] = [];
    for (let i = 0; i < steps.length; i++) {
      if (!Number.isFinite(epochs[i]) || this.#told.has(steps[i]) || this.#told.size >= mostEpochSteps) continue;
      this.#told.add(steps[i]);
      lines.push(`${this.#began + Math.round(times[i] * 1000)} ${pythonText(epochs[i])} ${steps[i]}\n`);
    }
    return lines;
  }
}

/** Epochs by step, from such a metric's file. What is no such line says nothing of any epoch. */
export async function readEpochs(path: string, signal: AbortSignal): Promise<Map<number, number>> {
  const epochs = new Map<number, number>();
  for await (const { lines } of linesOf(path)) {
    signal.throwIfAborted();
    for (const line of lines) {
      const [, value = '', step = ''] = line.trim().split(' ');
      const [epoch, at] = [pythonNumber(value), wholeNumber(step)];
      if (epoch !== undefined && at !== undefined && epochs.size < mostEpochSteps) epochs.set(at, epoch);
    }
  }
  return epochs;
}
