import type { History } from './history.ts';
import type { TrialRecord } from './trial.ts';

/** What tells which of two trials is the better one. */
type Judge = Pick<History, 'loss' | 'violation'>;

/** By what one trial is better than another. */
type Judged = Pick<TrialRecord, 'state' | 'values' | 'violations'>;

/** See Study.best. The earlier of equals. */
export function bestTrial<T extends Judged>(history: Judge, among: readonly T[]): T | null {
  let best: T | null = null;
  for (const trial of among) {
    if (trial.state === 'complete' && (best === null || isBetter(history, trial, best))) best = trial;
  }
  return best;
}

/** By the first objective; keeping limits goes before everything. */
function isBetter(history: Judge, a: Judged, b: Judged): boolean {
  const [over, below] = [history.violation(a), history.violation(b)];
  if (over !== below) return over < below;
  return history.loss(a.values![0]) < history.loss(b.values![0]);
}

/** How many complete trials have gone by since the best one, told in the order of their ends. */
export class Stagnation {
  #best: Judged | null = null;
  #since = 0;

  get since(): number {
    return this.#since;
  }

  told(history: Judge, trial: Judged): void {
    if (trial.state !== 'complete') return;
    if (this.#best !== null && !isBetter(history, trial, this.#best)) this.#since++;
    else [this.#best, this.#since] = [trial, 0];
  }
}

export function paretoFront(history: History): TrialRecord[] {
  const complete = history.complete;
  const kept = complete.filter((trial) => history.violation(trial) === 0);
  const losses = kept.map((trial) => history.losses(trial));
  const [front = []] = sortFronts(losses, 1);
  return front.sort((a, b) => a - b).map((i) => kept[i]);
}

/** Nowhere worse and somewhere better (less). */
function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] > b[i]) return false;
    if (a[i] < b[i]) better = true;
  }
  return better;
}

/**
 * Fronts of a population: indices of those that nothing dominates, then of those that only these dominate, and so on until they hold
 * `enough`. Taken in lexicographic order, nobody is dominated by one who comes later, so each meets its front's members only.
 */
export function sortFronts(losses: readonly (readonly number[])[], enough = Infinity): number[][] {
  const lexicographic = (i: number, j: number) => {
    for (let k = 0; k < losses[i].length; k++) if (losses[i][k] !== losses[j][k]) return losses[i][k] - losses[j][k];
    return i - j;
  };
  let rest = losses.map((_, i) => i).sort(lexicographic);
  const fronts: number[][] = [];
  for (let held = 0; rest.length > 0 && held < enough; held += fronts.at(-1)!.length) {
    const front: number[] = [];
    const later: number[] = [];
    for (const i of rest) (front.some((j) => dominates(losses[j], losses[i])) ? later : front).push(i);
    fronts.push(front);
    rest = later;
  }
  return fronts;
}

/** How alone each stands on its front: the perimeter to its neighbours, the ends Infinity (crowding distance of NSGA-II). */
export function crowding(losses: readonly (readonly number[])[]): Float64Array {
  const distance = new Float64Array(losses.length);
  const objectives = losses[0]?.length ?? 0;
  for (let objective = 0; objective < objectives; objective++) {
    const order = losses.map((_, i) => i).sort((a, b) => losses[a][objective] - losses[b][objective]);
    const span = losses[order.at(-1)!][objective] - losses[order[0]][objective];
    distance[order[0]] = distance[order.at(-1)!] = Infinity;
    if (span === 0) continue;
    for (let k = 1; k < order.length - 1; k++) {
      distance[order[k]] += (losses[order[k + 1]][objective] - losses[order[k - 1]][objective]) / span;
    }
  }
  return distance;
}
