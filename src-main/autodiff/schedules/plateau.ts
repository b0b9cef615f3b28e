/** All that a plateau has to remember: plain numbers, to be kept with a checkpoint. */
export interface PlateauState {
  readonly rate: number;
  /** The lowest loss so far; null before the first. */
  readonly best: number | null;
  /** Losses in a row that were not better. */
  readonly waited: number;
  /** Losses still to come that do not count, after a fall. */
  readonly resting: number;
}

export interface PlateauOptions {
  readonly rate: number;
  /** What a fall multiplies the rate by: above 0, below 1; 0.1 when left out. */
  readonly factor?: number;
  /** Losses in a row that may be no better before the rate falls; 10 when left out. */
  readonly patience?: number;
  /** Better means lower than best·(1 − threshold); 0.0001 when left out. */
  readonly threshold?: number;
  /** Losses after a fall that do not count; 0 when left out. */
  readonly rest?: number;
  /** The rate falls no lower; 0 when left out. */
  readonly floor?: number;
}

/** A rate that follows the validation loss. Nothing is hidden in it: the state goes in and comes out. */
export interface Plateau {
  readonly start: PlateauState;
  /** After a validation with this loss. */
  next(state: PlateauState, loss: number): PlateauState;
}

/** Smaller falls than this are not made. */
const smallestFall = 1e-8;

// PyTorch: ReduceLROnPlateau(mode = 'min', threshold_mode = 'rel', cooldown = rest, min_lr = floor).
export const plateau = ({
  rate,
  factor = 0.1,
  patience = 10,
  threshold = 1e-4,
  rest = 0,
  floor = 0,
}: PlateauOptions): Plateau => ({
  start: { rate, best: null, waited: 0, resting: 0 },
  next(state, loss) {
    const better = state.best === null || loss < state.best * (1 - threshold);
    const best = better ? loss : state.best;
    const waited = better || state.resting > 0 ? 0 : state.waited + 1;
    const resting = Math.max(0, state.resting - 1);
    if (waited <= patience) return { rate: state.rate, best, waited, resting };
    const lower = Math.max(state.rate * factor, floor);
    return { rate: state.rate - lower > smallestFall ? lower : state.rate, best, waited: 0, resting: rest };
  },
});
