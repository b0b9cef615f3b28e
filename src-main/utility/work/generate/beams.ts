import { forbidInSearch, noRules } from '../../../generation/rules.ts';
import { likeliestTokens, logProbabilities, penalized, type Before } from '../../../generation/sampling.ts';
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
 * The `n` likeliest of the texts that a beam search finds, as Hugging Face's: compared by their log probability over their length to the power of
 * `lengthPenalty`; ended as `earlyStopping` says. Nothing is told before its end.
 */
export async function searchBeams(
  { model, reader, ends, context, begins = false, rules = noRules, forced = 0 }: Writer,
  prompt: readonly number[],
  settings: GenerationSettings,
  hooks: WritingHooks,
): Promise<Written> {
  const { beams: width, n, maxTokens, stop, lengthPenalty = 1, earlyStopping = false } = settings;
  requireRoom({ tokens: prompt.length }, context);
  const most = Math.min(maxTokens, context - prompt.length);
  const began = performance.now();
  let firstTokenMs = 0;
  let alive: Beam[] = [{ tokens: [], score: 0 }];
  const finished: { beam: Beam; mean: number }[] = [];
  /** `length`: with its end, and with what it had to begin with. */
  const meanOf = (score: number, length: number): number => score / (length + forced) ** lengthPenalty;
  const finish = (beam: Beam, length: number): void => {
    finished.push({ beam, mean: meanOf(beam.score, length) });
    finished.sort((a, b) => b.mean - a.mean).splice(width);
  };
  const farthest = (steps: number): number => (earlyStopping === 'never' && lengthPenalty > 0 ? most : steps);
  const isDone = (steps: number): boolean =>
    finished.length === width &&
    (earlyStopping === true || finished[width - 1].mean >= meanOf(alive[0].score, farthest(steps)));
  // So many that as many are left as it keeps, whichever of them end.
  const looked = Math.max(2, 1 + ends.size) * width;
  model.reset();
  let stopped = false;
  let done: boolean;
  let steps = 0;
  for (let fed: number[][] = [[...prompt]]; ; steps++) {
    const scores = (await model.feed(fed)).map((logits, row) => {
      const { tokens } = alive[row];
      const likely = penalized(logProbabilities(logits), settings, beforeOf(prompt, tokens));
      return forbidInSearch(likely, rules, settings, ends, {
        tokens: [...prompt, ...tokens],
        written: tokens.length,
        most,
      });
    });
    firstTokenMs ||= performance.now() - began;
    const next = scores
      .flatMap((row, from) =>
        Array.from(likeliestTokens(row, looked), (token) => ({
          from,
          token,
          score: alive[from].score + row[token],
        })),
      )
      .filter(({ score }) => score > -Infinity)
      .sort((a, b) => b.score - a.score || a.from - b.from || a.token - b.token)
      .slice(0, looked);
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
    done = alive.length > 0 && isDone(steps + 1);
    if (alive.length === 0 || done || stopped || steps + 1 >= most) break;
    model.keep(kept.map(({ from }) => from));
    fed = alive.map(({ tokens }) => [tokens[tokens.length - 1]]);
  }
  const ended = new Set(finished.map(({ beam }) => beam));
  if (!done) for (const beam of alive) finish(beam, beam.tokens.length);
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

function beforeOf(prompt: readonly number[], tokens: readonly number[]): Before {
  const written = new Map<number, number>();
  for (const token of tokens) written.set(token, (written.get(token) ?? 0) + 1);
  return { all: new Set([...prompt, ...tokens]), written };
}
