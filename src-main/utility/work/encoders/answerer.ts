import { TokenEncoder } from '../../../runtime/token-encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { longestAnswer } from '../../../shared/prompt/verdict.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { placer } from '../../../tokenizers/places.ts';
import type { ReadModel } from '../generate/folder-files.ts';
import type { Parts } from '../generate/parts.ts';
import { AnswerSpans } from './answer-spans.ts';
import { overlapping } from './overlap.ts';
import { formTokens, pairRow, requirePairForm } from './pair.ts';
import type { Teller } from './teller.ts';

/**
 * Reads the weights of a model that says of each token of a context how well it begins and ends the answer to a question (Devlin et al. 2019).
 * Every part of up to 30 tokens can be the answer, and [CLS] stands for none; their probabilities sum to 1. Of a context that is longer than is
 * seen at once parts are seen that overlap by half: of equal spans the likeliest counts, and none is as likely as the least of what they say.
 * Errors: not_enough_memory, session_failed, broken_model, unsupported_tokenizer.
 */
export async function openAnswerer(
  parts: Parts,
  threads: number,
  read: (model: ReadModel) => void = () => {},
): Promise<Teller> {
  const tokenizer = openTokenizer(parts.file);
  const place = placer(parts.file);
  const form = requirePairForm(parts.file);
  const model = parts.model();
  read(model);
  const pad = parts.pad ?? tokenizer.special.pad;
  const wanted = ['start_logits', 'end_logits'];
  const encoder = await TokenEncoder.open(model.model, wanted, pad, { device: 'cpu', threads, all: true });
  const context = Math.min(parts.context, encoder.length ?? Infinity);
  return {
    close: () => encoder.close(),
    async tell(question, pause, text) {
      if (text === null || text === undefined || text.trim() === '') throw noContext();
      const asked = tokenizer.encode(question);
      const room = context - asked.length - formTokens(form);
      if (room < 1) throw tooLong(asked.length, context);
      const { tokens, places } = place(text);
      const seen = overlapping(tokens.length, room);
      const spans = new AnswerSpans();
      let least = Infinity;
      for (const { from, to } of seen) {
        const row = pairRow(form, asked, tokens.subarray(from, to));
        const [starts, ends] = (await encoder.runAll([row])).map(({ data, dims }) =>
          placesOf(data, dims, row.tokens.length),
        );
        least = Math.min(least, starts[0] + ends[0]);
        spans.close(from);
        for (let i = 0; i < to - from; i++) {
          for (let j = i; j < Math.min(i + longestAnswer, to - from); j++)
            spans.put(from + i, from + j, starts[row.second + i] + ends[row.second + j]);
        }
        await pause();
      }
      const { answers: best, none } = spans.ended(least);
      const answers = best.map(({ first, last, probability }) => {
        const [{ start }, { end }] = [places[first], places[last]];
        return { start, end, text: text.slice(start, end), label: '', score: probability };
      });
      const count = asked.length + tokens.length + formTokens(form);
      const common = { tokens: count, seen: count, windows: seen.length };
      const scores = answers.map((span) => ({ label: span.text, score: span.score }));
      return { kind: 'answers', scores, spans: answers, none, ...common };
    },
  };
}

function placesOf(data: Float32Array, dims: readonly number[], tokens: number): Float32Array {
  if (dims.length === 2 && dims[0] === 1 && dims[1] >= tokens) return data;
  throw new AtelierError('broken_model', `The model answers no questions: its start_logits are ${dims.join('×')}.`);
}

export const noContext = (): AtelierError =>
  new AtelierError(
    'no_context',
    'This model finds the answer to a question in a text, and there is only one of both. Write the question under user: and the text under system:, or give the text by --text-pair.',
  );

const tooLong = (tokens: number, context: number): AtelierError =>
  new AtelierError(
    'prompt_too_long',
    `The question is ${tokens} tokens long, which leaves no room for a text: the model sees ${context}. Ask a shorter one.`,
  );
