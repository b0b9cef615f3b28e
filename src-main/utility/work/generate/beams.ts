import { likeliestTokens, logProbabilities } from '../../../generation/sampling.ts';
import { TextWriter } from '../../../generation/text-writer.ts';
import type { GenerationSettings, WrittenText } from '../../../shared/generation.ts';
import { requireRoom } from './prompt-length.ts';
import type { Writer, Written, WritingHooks } from './writing.ts';

interface Beam {
  tokens: number[];
  /** Natural logarithm of its probability. */
  score: number;
}

/**
 * The `n` likeliest of the texts that a beam search finds, as Hugging Face's (length penalty 1: by the mean of the tokens' log probabilities;
 * ends once no beam can become better than the finished ones by its present mean). Nothing is told before its end.
 */
export async function searchBeams(
  { model, reader, ends, context, begins = false }: Writer,
  prompt: readonly number[],
  { beams: width, n, maxTokens, stop }: GenerationSettings,
  hooks: WritingHooks,
): Promise<Written> {
  requireRoom({ tokens: prompt.length }, context);
  const most = Math.min(maxTokens, context - prompt.length);
  const began = performance.now();
  let firstTokenMs = 0;
  let alive: Beam[] = [{ tokens: [], score: 0 }];
  const finished: { beam: Beam; mean: number }[] = [];
  const finish = (beam: Beam, length: number): void => {
    finished.push({ beam, mean: beam.score / length });
    finished.sort((a, b) => b.mean - a.mean).splice(width);
  };
  model.reset();
  let stopped = false;
  let steps = 0;
  for (let fed: number[][] = [[...prompt]]; ; steps++) {
    const scores = (await model.feed(fed)).map(logProbabilities);
    firstTokenMs ||= performance.now() - began;
    const next = scores
      .flatMap((row, from) =>
        Array.from(likeliestTokens(row, 2 * width), (token) => ({
          from,
          token,
          score: alive[from].score + row[token],
        })),
      )
      .sort((a, b) => b.score - a.score || a.from - b.from || a.token - b.token)
      .slice(0, 2 * width);
    const kept: { from: number; beam: Beam }[] = [];
    for (const [rank, { from, token, score }] of next.entries()) {
      const tokens = [...alive[from].tokens, token];
      if (ends.has(token)) {
        if (rank < width) finish({ tokens: alive[from].tokens, score }, tokens.length);
      } else if (kept.length < width) kept.push({ from, beam: { tokens, score } });
    }
    alive = kept.map(({ beam }) => beam);
    await hooks.pause();
    stopped = hooks.stopRequested();
    const done = finished.length === width && finished[width - 1].mean >= alive[0].score / (steps + 1);
    if (alive.length === 0 || done || stopped || steps + 1 >= most) break;
    model.keep(kept.map(({ from }) => from));
    fed = alive.map(({ tokens }) => [tokens[tokens.length - 1]]);
  }
  const ended = new Set(finished.map(({ beam }) => beam));
  for (const beam of alive) finish(beam, beam.tokens.length);
  const seconds = (performance.now() - began) / 1000;
  return {
    texts: finished.slice(0, n).map(({ beam }, row): WrittenText => {
      const writer = new TextWriter(reader, stop, begins);
      for (const token of beam.tokens) writer.add(token);
      writer.end();
      hooks.told({ row, text: writer.text, tokens: beam.tokens.length });
      const cut = stopped ? 'stopped' : most < maxTokens ? 'context' : 'tokens';
      return {
        text: writer.text,
        tokens: beam.tokens,
        finish: writer.stopped ? 'stop' : ended.has(beam) ? 'end' : cut,
        choices: null,
      };
    }),
    firstTokenMs,
    tokensPerSecond: steps / seconds,
  };
}
