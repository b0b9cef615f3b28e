/** What only grew is drawn anew at most this often, in milliseconds … */
const leastMs = 250;
/** … and, whatever it costs, takes about a tenth of the time. */
const share = 10;

export interface Clock {
  now(): number;
  after(ms: number, act: () => void): void;
}

const page: Clock = { now: () => performance.now(), after: (ms, act) => void setTimeout(act, ms) };

/**
 * Draws what grows while a training tells of it: all charts of the page in rounds, one chart a task, so that a press or a key is never
 * further away than the drawing of one of them, and with rests in between that are as long as the round before was dear.
 */
export class Pacer {
  readonly #clock: Clock;
  #waiting = new Set<() => void>();
  #round: (() => void)[] = [];
  #spent = 0;
  #running = false;
  #lastRound = -Infinity;
  #rest = leastMs;

  constructor(clock: Clock = page) {
    this.#clock = clock;
  }

  /** To be drawn in the next round; once, however often it is asked for. */
  ask(draw: () => void): void {
    if (this.#round.includes(draw)) return;
    this.#waiting.add(draw);
    if (this.#running) return;
    this.#running = true;
    this.#clock.after(Math.max(0, this.#lastRound + this.#rest - this.#clock.now()), () => this.#begin());
  }

  /** It is gone, or was drawn for another reason. */
  forget(draw: () => void): void {
    this.#waiting.delete(draw);
    this.#round = this.#round.filter((one) => one !== draw);
  }

  #begin(): void {
    this.#lastRound = this.#clock.now();
    this.#round = [...this.#waiting];
    this.#waiting.clear();
    this.#spent = 0;
    this.#next();
  }

  #next(): void {
    const draw = this.#round.shift();
    if (draw) {
      const begun = this.#clock.now();
      draw();
      this.#spent += this.#clock.now() - begun;
    }
    if (this.#round.length > 0) return this.#clock.after(0, () => this.#next());
    this.#rest = Math.max(leastMs, this.#spent * share);
    this.#running = false;
    const [first] = this.#waiting;
    if (first) this.ask(first);
  }
}

export const pacer = new Pacer();
