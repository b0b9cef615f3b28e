import { AtelierError } from '../../shared/errors.ts';
import { linesOf } from '../files.ts';
import type { RunSink } from '../run-source.ts';

const pythonWords: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '-infinity': -Infinity,
};

/** As Python's float() reads what its str() wrote; undefined for what is no number. */
export function pythonNumber(text: string): number | undefined {
  const word = pythonWords[text.toLowerCase()];
  if (word !== undefined) return word;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** As Python's str() writes it, as far as its float() cares. */
export function pythonText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/**
 * Streams one metric: lines of `timestamp value step`, the step missing in old ones, more fields (data, model) in new ones. Where every
 * step is 0 though there are several points, nobody told any: then the order of the lines is the step. Returns what MLflow shows as the
 * metric's value: that of the greatest step, of these of the latest moment. `began`: milliseconds since 1970; `epochs` by step.
 */
export async function readMetric(
  path: string,
  key: string,
  { began, epochs }: { began: number; epochs: ReadonlyMap<number, number> },
  sink: RunSink,
): Promise<number | undefined> {
  const counted = await saysNoSteps(path);
  if (counted) sink.remark('A metric was logged without steps: its points are numbered in their order.');
  let last: { step: number; moment: number; value: number } | undefined;
  let count = 0;
  for await (const { lines, number, start, end } of linesOf(path)) {
    sink.signal.throwIfAborted();
    const block = { key, steps: [] as number[], epochs: [] as number[], times: [] as number[], values: [] as number[] };
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i].trim();
      if (line === '') continue;
      const [moment, value, step = '0'] = line.split(' ');
      const point = { moment: wholeNumber(moment), value: pythonNumber(value ?? ''), step: wholeNumber(step) };
      if (point.moment === undefined || point.value === undefined || point.step === undefined) {
        throw new AtelierError(
          'broken_metric',
          `${path}, line ${number + i}: "${line.slice(0, 80)}" is no "timestamp value step". Mend the line, or leave this run out.`,
        );
      }
      const at = { step: counted ? count++ : point.step, moment: point.moment, value: point.value };
      block.steps.push(at.step);
      block.epochs.push(epochs.get(at.step) ?? NaN);
      block.times.push((at.moment - began) / 1000);
      block.values.push(at.value);
      if (!last || at.step > last.step || (at.step === last.step && at.moment >= last.moment)) last = at;
    }
    await sink.curve(block);
    sink.read(end - start);
  }
  return last?.value;
}

export function wholeNumber(text: string): number | undefined {
  const value = Number(text);
  return /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}

async function saysNoSteps(path: string): Promise<boolean> {
  let points = 0;
  for await (const { lines } of linesOf(path)) {
    for (const line of lines) {
      if (line.trim() === '') continue;
      const step = line.trim().split(' ')[2] ?? '0';
      if (step !== '0') return false;
      points++;
    }
  }
  return points > 1;
}
