/**
 * How probable an honest label is where another class is likelier, by how likely the witnesses have it. A class drawn by lot is met as often however
 * unlikely it is, an honest one ever less: so of all classes but the likeliest, those that samples bear as labels are
 *
 *   P(label k | q) = lot + exp(α + γ log q)
 *
 * a mixture of the two kinds, in which lot, α and γ make what was met likeliest (a Poisson process over all such classes, fitted by expectation
 * maximization; Dempster, Laird, Rubin 1977). Witnesses that are as sure as they are right have α = 0, γ = 1.
 */
export interface Doubt {
  /** The probability of each single wrong label. */
  lot: number;
  /** The probability that a label that was met there is wrong. */
  wrong(log: number): number;
}

const rounds = 60;
const settled = 1e-7;
/** Beforehand γ is 1 and α 0, as surely as so many labels met would make it. */
const trust = 25;
/** Logarithms are told apart to so much. */
const grain = 0.05;

/** Is shown every class but the likeliest of every sample, then fitted. */
export class DoubtFit {
  readonly #places = new Map<number, { places: number; labels: number }>();

  /** `log`: of the probability that the pool gives the class; `label`: whether the sample bears it. */
  see(log: number, label: boolean): void {
    const at = Math.round(log / grain);
    const known = this.#places.get(at) ?? { places: 0, labels: 0 };
    known.places++;
    if (label) known.labels++;
    this.#places.set(at, known);
  }

  /** `begin`: lot, to begin with. As if before any so many `places` had been seen, with so many labels by lot. */
  fit(begin: number, before: { places: number; wrong: number }): Doubt {
    const bins = [...this.#places].map(([at, bin]) => ({ log: at * grain, ...bin }));
    let [lot, alpha, gamma] = [begin, 0, 1];
    for (let round = 0; round < rounds; round++) {
      let [wrong, all] = [before.wrong, before.places];
      let [up, along] = [-trust * alpha, -trust * (gamma - 1)];
      let [aa, ag, gg] = [trust, 0, trust];
      for (const { log, places, labels } of bins) {
        const honest = Math.exp(alpha + gamma * log);
        const share = lot / (lot + honest);
        wrong += labels * share;
        all += places;
        const off = labels * (1 - share) - places * honest;
        const weight = places * honest;
        up += off;
        along += off * log;
        aa += weight;
        ag += weight * log;
        gg += weight * log * log;
      }
      const determinant = aa * gg - ag * ag;
      const steps = [(gg * up - ag * along) / determinant, (aa * along - ag * up) / determinant];
      alpha += clamp(steps[0]);
      // Likelier classes are borne no less often.
      gamma = Math.max(1, gamma + clamp(steps[1]));
      const next = wrong / all;
      const moved = Math.abs(next - lot);
      lot = next;
      if (moved < settled) break;
    }
    return { lot, wrong: (log) => lot / (lot + Math.exp(alpha + gamma * log)) };
  }
}

const clamp = (step: number): number => Math.max(-0.5, Math.min(0.5, step));
