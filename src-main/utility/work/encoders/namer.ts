import { TokenEncoder } from '../../../runtime/token-encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { mostScores, type VerdictSpan } from '../../../shared/prompt/verdict.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { goesOn, placer, type Place } from '../../../tokenizers/places.ts';
import { aroundOf } from '../../../datasets/encode/texts/language.ts';
import type { ReadModel } from '../generate/folder-files.ts';
import type { Parts } from '../generate/parts.ts';
import { softmax } from './classifier.ts';
import type { ClassifierHead } from './head.ts';
import { mostAround, overlapping } from './overlap.ts';
import type { Teller } from './teller.ts';

/** A word with the mean of what its tokens were told. */
interface Word extends Place {
  probabilities: Float64Array;
  tokens: number;
}

/**
 * Reads the weights of a model that says of each token which kind of name it is part of, as B-PER, I-PER and O. Errors: not_enough_memory,
 * session_failed, broken_model.
 */
export async function openNamer(
  parts: Parts,
  threads: number,
  read: (model: ReadModel) => void = () => {},
): Promise<Teller> {
  const { labels } = parts.head as ClassifierHead;
  const tokenizer = openTokenizer(parts.file);
  const place = placer(parts.file);
  const { before, after } = aroundOf(tokenizer);
  const model = parts.model();
  read(model);
  const pad = parts.pad ?? tokenizer.special.pad;
  const encoder = await TokenEncoder.open(model.model, ['logits'], pad, { device: 'cpu', threads });
  const room = Math.min(parts.context, encoder.length ?? Infinity) - before.length - after.length;
  return {
    close: () => encoder.close(),
    async tell(text, pause) {
      const { tokens, places } = place(text);
      const seen = overlapping(tokens.length, Math.max(1, room));
      const told: Float64Array[][] = [];
      for (const { from, to } of seen) {
        const row = { tokens: Int32Array.of(...before, ...tokens.subarray(from, to), ...after) };
        const { data, dims } = await encoder.run([row]);
        const width = requireLabels(dims, row.tokens.length, labels);
        told.push(
          Array.from({ length: to - from }, (_, i) =>
            softmax(data.subarray((before.length + i) * width, (before.length + i + 1) * width)),
          ),
        );
        await pause();
      }
      const each = places.map((_, i) => {
        const part = mostAround(i, seen);
        return told[part][i - seen[part].from];
      });
      const spans = spansOf(text, wordsOf(text, places, each), labels);
      const count = before.length + tokens.length + after.length;
      const scores = spans.slice(0, mostScores).map((span) => ({ label: span.text, score: span.score }));
      return { kind: 'names', scores, spans, tokens: count, seen: count, windows: seen.length };
    },
  };
}

/** Tokens that touch within a word are one; blanks by themselves are none. */
function wordsOf(text: string, places: readonly Place[], each: readonly Float64Array[]): Word[] {
  const words: Word[] = [];
  for (const [i, place] of places.entries()) {
    if (text.slice(place.start, place.end).trim() === '') continue;
    const last = words.at(-1);
    if (last && goesOn(text, last, place)) {
      last.end = Math.max(last.end, place.end);
      each[i].forEach((value, at) => (last.probabilities[at] += value));
      last.tokens++;
    } else words.push({ ...place, probabilities: each[i].slice(), tokens: 1 });
  }
  for (const { probabilities, tokens } of words) probabilities.forEach((sum, at) => (probabilities[at] = sum / tokens));
  return words;
}

/** A name begins with its B- and goes on with each I- of the same kind; without either (plain labels) with the same label. */
function spansOf(text: string, words: readonly Word[], labels: readonly string[]): VerdictSpan[] {
  const spans: (VerdictSpan & { words: number })[] = [];
  let open: string | null = null;
  for (const { start, end, probabilities } of words) {
    const best = probabilities.reduce((most, value, at) => (value > probabilities[most] ? at : most), 0);
    const label = labels[best] ?? `LABEL_${best}`;
    const [, way = '', kind = label] = /^([BIESLU])[-_](.+)$/.exec(label) ?? [];
    if (label === 'O') {
      open = null;
      continue;
    }
    const last = spans.at(-1);
    if (last && open === kind && !['B', 'S', 'U'].includes(way)) {
      last.end = end;
      last.text = text.slice(last.start, end);
      last.score += probabilities[best];
      last.words++;
    } else spans.push({ start, end, text: text.slice(start, end), label: kind, score: probabilities[best], words: 1 });
    // These end a name (BIOES, BILOU).
    open = ['E', 'S', 'L', 'U'].includes(way) ? null : kind;
  }
  return spans.map(({ words: count, ...span }) => ({ ...span, score: span.score / count }));
}

function requireLabels(dims: readonly number[], tokens: number, labels: readonly string[]): number {
  const [rows, places, width] = dims;
  if (dims.length === 3 && rows === 1 && places >= tokens && (labels.length === 0 || labels.length === width))
    return width;
  throw new AtelierError(
    'broken_model',
    dims.length === 3
      ? `config.json names ${labels.length} labels (id2label), and the model tells ${width} apart. Take all of its files from one place.`
      : `The model names nothing in texts: its logits are ${dims.join('×')}.`,
  );
}
