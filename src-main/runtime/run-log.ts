import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ErrorFacts } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import type { TrainResult } from '../shared/work/train.ts';
import type { MetricPoint, TrainSettings } from '../shared/run.ts';

/**
 * `<run folder>/run.jsonl`: a run as one JSON object a line, only ever appended to. Together with the checkpoints it is enough to rebuild
 * the run's rows. A resumed run adds another `start` line; metric points after the step it names take the place of earlier ones.
 * A last line cut off by a crash is to be skipped.
 */
export type RunLogLine =
  | {
      type: 'start';
      run: RunId;
      at: number;
      /** Steps already done: 0, or more when resumed. */
      step: number;
      settings: TrainSettings;
      /** What it was trained on, enough to recognise the dataset version again. */
      data: {
        task: string;
        classes: string[];
        samples: Record<string, number>;
        blobs: Record<string, string | undefined>;
      };
      parameterCount: number;
      versions: Record<string, string>;
    }
  /** Columns instead of objects: a third of the size. */
  | { type: 'metrics'; key: string[]; step: number[]; epoch: number[]; value: number[]; time: number[] }
  | { type: 'best'; epoch: number; step: number }
  | { type: 'finished'; at: number; result: TrainResult }
  | { type: 'failed'; at: number; error: ErrorFacts }
  | { type: 'cancelled'; at: number }
  | { type: 'paused'; at: number };

export const runLogPath = (runFolder: string): string => join(runFolder, 'run.jsonl');

/** What finds no room waits for the next line, up to this much; the owner has the points as well. */
const mostWaiting = 2 ** 24;

export class RunLog {
  readonly #file: number;
  #waiting = '';

  constructor(runFolder: string) {
    const path = runLogPath(runFolder);
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'a');
  }

  /** A full disk loses no line while training goes on: it is written with a later one. */
  write(line: RunLogLine): void {
    const text = `${this.#waiting}${JSON.stringify(line)}\n`;
    try {
      writeSync(this.#file, text);
      this.#waiting = '';
    } catch {
      // What went out of it is cut short, and ends here.
      this.#waiting = text.length < mostWaiting ? `\n${text.trimStart()}` : '';
    }
  }

  metrics(points: readonly MetricPoint[]): void {
    this.write({
      type: 'metrics',
      key: points.map((point) => point.key),
      step: points.map((point) => point.step),
      epoch: points.map((point) => point.epoch),
      value: points.map((point) => point.value),
      time: points.map((point) => Math.round(point.time * 1000) / 1000),
    });
  }

  close(): void {
    try {
      fsyncSync(this.#file);
    } finally {
      closeSync(this.#file);
    }
  }
}
