import { cholesky, solved } from '../linear-algebra/cholesky.ts';

/**
 * How probable an honest label is where another class is likelier, by how likely the witnesses have it. A class drawn by lot is met as often however
 * unlikely it is, an honest one ever less: so of all classes but the likeliest, those that samples bear as labels are
 *
 *   P(label k | q) = lot + exp(α + γ log q + δ min(0, log q − knot))
 *
 * a mixture of the two kinds, in which lot, α, γ and δ make what was met likeliest (a Poisson process over all such classes, fitted by expectation
 * maximization; Dempster, Laird, Rubin 1977). Witnesses that are as sure as they are right have α = 0, γ = 1, δ = 0. What witnesses think of the
 * classes that they hold next to impossible is often wrong by another power than what they think of close rivals, of which there are far more labels:
 * so the line may bend at the knot (a linear spline; Stone and Koo, "Additive splines in statistics", 1985).
 */
export interface Doubt {
  /** The probability of each single wrong label. */
  lot: number;
  /** The probability that a label that was met there is wrong. */
  wrong(log: number): number;
}

const rounds = 100;
const settled = 1e-7;
/** One chance in twenty. */
const knot = -3;
/** α, γ, δ beforehand, and as surely as so many labels met would make them. */
const [means, trust] = [
  [0, 1, 0],
  [25, 25, 10],
];
/** A class is doubted no more than it is unlikely, or doubts would explain any wrong label; below the knot the line falls no less steeply. */
const least = [-Infinity, 1, 0];
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
    const bins = [...this.#places].map(([at, bin]) => ({ basis: basisOf(at * grain), ...bin }));
    let lot = begin;
    const own = [...means];
    for (let round = 0; round < rounds; round++) {
      let [wrong, all] = [before.wrong, before.places];
      const slope = Float64Array.from(own, (value, i) => -trust[i] * (value - means[i]));
      const curve = Float64Array.from({ length: 9 }, (_, at) => (at % 4 === 0 ? trust[at / 4] : 0));
      for (const { basis, places, labels } of bins) {
        const honest = honestOf(basis, own);
        const share = lot / (lot + honest);
        wrong += labels * share;
        all += places;
        for (let i = 0; i < 3; i++) {
          slope[i] += (labels * (1 - share) - places * honest) * basis[i];
          for (let j = 0; j <= i; j++) curve[3 * i + j] += places * honest * basis[i] * basis[j];
        }
      }
      solved(cholesky(curve, 3, 0), 3, slope, 1).forEach((step, i) => {
        own[i] = Math.max(least[i], own[i] + Math.max(-0.5, Math.min(0.5, step)));
      });
      const next = wrong / all;
      const moved = Math.abs(next - lot);
      lot = next;
      if (moved < settled) break;
    }
    return { lot, wrong: (log) => lot / (lot + honestOf(basisOf(log), own)) };
  }
}

const basisOf = (log: number): number[] => [1, log, Math.min(0, log - knot)];

function honestOf(basis: readonly number[], own: readonly number[]): number {
  return Math.exp(basis[0] * own[0] + basis[1] * own[1] + basis[2] * own[2]);
}
