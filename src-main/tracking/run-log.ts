import { join } from 'node:path';
import { numberFromJson } from '../shared/json-number.ts';
import type { CurveBlock } from '../shared/run-exchange.ts';
import { kindOf, linesOf } from './files.ts';

/** The curves of a run of this workspace, from the `run.jsonl` of its folder (runtime/run-log.ts): what the trainer wrote, or an import. */

/** Points are gathered so far of all curves before blocks of them are given on. */
const mostWaiting = 1 << 18;

interface Line {
  type?: unknown;
  key?: unknown;
  step?: unknown;
  epoch?: unknown;
  value?: unknown;
  time?: unknown;
}

/**
 * Every point of a run, in blocks of a curve each. A resumed run told the steps after its checkpoint twice: what it told first is left out.
 * Lines cut short by a crash are passed over.
 */
export async function* curvesOf(folder: string, signal: AbortSignal): AsyncGenerator<CurveBlock, undefined> {
  const path = join(folder, 'run.jsonl');
  if ((await kindOf(path))?.kind !== 'file') return;
  const starts = await startsOf(path);
  const waiting = new Map<string, CurveBlock>();
  let count = 0;
  let passed = 0;
  for await (const { lines } of linesOf(path)) {
    signal.throwIfAborted();
    for (const text of lines) {
      const line = parse(text);
      if (line?.type === 'start') passed++;
      // The least step that any later start went on from.
      const until = starts[passed] ?? Infinity;
      if (line?.type === 'metrics') count += addMixed(waiting, line, until);
      else if (line?.type === 'curve') count += addCurve(waiting, line, until);
      if (count < mostWaiting) continue;
      yield* waiting.values();
      waiting.clear();
      count = 0;
    }
  }
  yield* waiting.values();
}

/** For each number of starts passed: points after this step are told again later. */
async function startsOf(path: string): Promise<number[]> {
  const steps: number[] = [];
  for await (const { lines } of linesOf(path)) {
    for (const text of lines) {
      if (!text.startsWith('{"type":"start"')) continue;
      steps.push((parse(text) as { step?: number } | null)?.step ?? 0);
    }
  }
  const least: number[] = [];
  let until = Infinity;
  for (let i = steps.length - 1; i >= 0; i--) least[i] = until = Math.min(until, steps[i]);
  return least;
}

function addMixed(waiting: Map<string, CurveBlock>, line: Line, until: number): number {
  const { key, step, epoch, value, time } = line as Record<string, unknown[]>;
  let added = 0;
  for (let i = 0; i < key.length; i++)
    added += add(waiting, String(key[i]), step[i], epoch[i], time[i], value[i], until);
  return added;
}

function addCurve(waiting: Map<string, CurveBlock>, line: Line, until: number): number {
  const { step, epoch, value, time } = line as Record<string, unknown[]>;
  let added = 0;
  for (let i = 0; i < step.length; i++)
    added += add(waiting, String(line.key), step[i], epoch[i], time[i], value[i], until);
  return added;
}

function add(
  waiting: Map<string, CurveBlock>,
  key: string,
  step: unknown,
  epoch: unknown,
  time: unknown,
  value: unknown,
  until: number,
): number {
  const number = numberFromJson(value);
  if (typeof step !== 'number' || step > until || number === undefined) return 0;
  let block = waiting.get(key);
  if (!block) waiting.set(key, (block = { key, steps: [], epochs: [], times: [], values: [] }));
  block.steps.push(step);
  block.epochs.push(numberFromJson(epoch) ?? NaN);
  block.times.push(numberFromJson(time) ?? 0);
  block.values.push(number);
  return 1;
}

function parse(text: string): Line | null {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
