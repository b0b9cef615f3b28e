import { mostAnswers } from '../../../shared/prompt/verdict.ts';

/** A span of tokens, both ends in it, and the logarithm of what it weighs. */
export interface WeighedSpan {
  first: number;
  last: number;
  score: number;
}

/**
 * Spans as they come, window after window, each of which begins later than the one before. Of equal spans the heaviest counts. Those that no later
 * window can hold are summed up at once: a long text has millions, of which only the best are kept.
 */
export class AnswerSpans {
  /** By their first and last token: of windows that others still overlap. */
  #open = new Map<number, Map<number, number>>();
  #best: WeighedSpan[] = [];
  /** Of all that is summed up: e to the power of `#most`, times `#sum`. */
  #most = -Infinity;
  #sum = 0;

  /** Spans that begin before it come no more. */
  close(from: number): void {
    for (const [first, ends] of this.#open) {
      // They lie in the order of their first tokens.
      if (first >= from) return;
      for (const [last, score] of ends) {
        this.#add(score);
        this.#offer({ first, last, score });
      }
      this.#open.delete(first);
    }
  }

  put(first: number, last: number, score: number): void {
    let ends = this.#open.get(first);
    if (!ends) this.#open.set(first, (ends = new Map()));
    if (score > (ends.get(last) ?? -Infinity)) ends.set(last, score);
  }

  /** Probabilities among all spans and none. @param none weighs so much */
  ended(none: number): { answers: (WeighedSpan & { probability: number })[]; none: number } {
    this.close(Infinity);
    this.#add(none);
    const share = (score: number): number => Math.exp(score - this.#most) / this.#sum;
    return { answers: this.#best.map((one) => ({ ...one, probability: share(one.score) })), none: share(none) };
  }

  #add(score: number): void {
    if (score > this.#most) {
      this.#sum *= Math.exp(this.#most - score);
      this.#most = score;
    }
    this.#sum += Math.exp(score - this.#most);
  }

  #offer(span: WeighedSpan): void {
    if (this.#best.length === mostAnswers && span.score <= this.#best[mostAnswers - 1].score) return;
    this.#best.push(span);
    this.#best.sort((a, b) => b.score - a.score || a.first - b.first || a.last - b.last);
    this.#best.length = Math.min(this.#best.length, mostAnswers);
  }
}
