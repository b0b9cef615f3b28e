import { TokenEncoder } from '../../../runtime/token-encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { mostScores, type Verdict } from '../../../shared/prompt/verdict.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import type { ReadModel } from '../generate/folder-files.ts';
import type { Parts } from '../generate/parts.ts';
import type { ClassifierHead } from './head.ts';
import { pairer } from './pair.ts';
import type { Teller } from './teller.ts';
import { windower } from './windows.ts';

/** Reads the weights of a classifier that is known. Errors: not_enough_memory, session_failed, broken_model. */
export async function openClassifier(
  parts: Parts,
  threads: number,
  read: (model: ReadModel) => void = () => {},
): Promise<Teller> {
  const head = parts.head as ClassifierHead;
  const tokenizer = openTokenizer(parts.file);
  const model = parts.model();
  read(model);
  const pad = parts.pad ?? tokenizer.special.pad;
  const encoder = await TokenEncoder.open(model.model, ['logits'], pad, { device: 'cpu', threads });
  const context = Math.min(parts.context, encoder.length ?? Infinity);
  const windows = windower(tokenizer, context);
  let twos: ReturnType<typeof pairer> | null = null;
  return {
    close: () => encoder.close(),
    async tell(text, pause, pair = null) {
      if (pair !== null) return tellOfTwo(text, pair, pause);
      const { rows, sizes, tokens } = windows(text);
      if (rows.length === 0) throw noToken();
      let sums = new Float64Array(0);
      let all = 0;
      for (const [i, row] of rows.entries()) {
        const { data, dims } = await encoder.run([row]);
        requireClasses(dims, head);
        const each = probabilities(data, head.kind);
        if (i === 0) sums = new Float64Array(each.length);
        // A part counts as much as it is long; a text without words is one.
        const weight = Math.max(1, sizes[i]);
        each.forEach((value, at) => (sums[at] += value * weight));
        all += weight;
        await pause();
      }
      return { ...verdictOf(sums.map((sum) => sum / all)), tokens, seen: tokens, windows: rows.length };
    },
  };

  function verdictOf(values: Float64Array): Pick<Verdict, 'kind' | 'scores'> {
    const scores = Array.from(values, (score, id) => ({ label: head.labels[id] ?? `LABEL_${id}`, score }));
    // One number alone is no choice among several.
    return { kind: head.kind === 'classes' && scores.length === 1 ? 'labels' : head.kind, scores: highest(scores) };
  }

  async function tellOfTwo(first: string, second: string, pause: () => Promise<void>): Promise<Verdict> {
    twos ??= pairer(parts.file, context);
    const { row, tokens } = twos(first, second);
    const { data, dims } = await encoder.run([row]);
    requireClasses(dims, head);
    await pause();
    return { ...verdictOf(probabilities(data, head.kind)), tokens, seen: row.tokens.length, windows: 1 };
  }
}

/** Natural probabilities of logits, in float64. */
function probabilities(logits: ArrayLike<number>, kind: ClassifierHead['kind']): Float64Array {
  const given = Float64Array.from(logits);
  if (kind === 'value') return given;
  if (kind === 'labels' || given.length === 1) return given.map((logit) => 1 / (1 + Math.exp(-logit)));
  return softmax(given);
}

/** In float64. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const given = Float64Array.from(logits);
  const best = given.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const powers = given.map((logit) => Math.exp(logit - best));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The highest first; of equal ones in their order. */
export const highest = (scores: Verdict['scores']): Verdict['scores'] =>
  scores.toSorted((a, b) => b.score - a.score).slice(0, mostScores);

function requireClasses(dims: readonly number[], { labels }: ClassifierHead): void {
  const [rows, count] = dims;
  if (dims.length === 2 && rows === 1 && count > 0 && (labels.length === 0 || labels.length === count)) return;
  throw new AtelierError(
    'broken_model',
    dims.length === 2 && rows === 1
      ? `config.json names ${labels.length} classes (id2label), and the model tells ${count} apart. Take all of its files from one place.`
      : `The model is no classifier of texts: its logits are ${dims.join('×')}.`,
  );
}

const noToken = (): AtelierError =>
  new AtelierError('text_too_short', 'The text has no token, so there is nothing to tell of it. Give a longer one.');
