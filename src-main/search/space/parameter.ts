/** A value of a parameter, as objectives get it and as JSON keeps it. */
export type ParamValue = number | string | boolean | null;

/** One setting of everything that is active, by parameter name. */
export type Params = Readonly<Record<string, ParamValue>>;

/** Values that other parameters must have (one of) for this one to exist. All named ones must fit. */
export type When = Readonly<Record<string, ParamValue | readonly ParamValue[]>>;

/** A parameter as the study file writes it. `low` and `high` are both included. */
export type ParameterSpec = { readonly when?: When } & (
  | {
      readonly type: 'float';
      readonly low: number;
      readonly high: number;
      readonly log?: boolean;
      readonly step?: number;
    }
  | {
      readonly type: 'int';
      readonly low: number;
      readonly high: number;
      readonly log?: boolean;
      readonly step?: number;
    }
  | { readonly type: 'categorical'; readonly choices: readonly ParamValue[] }
  | { readonly type: 'boolean' }
);

/**
 * A parameter as samplers see it: an axis from 0 to 1. Continuous values lie on it by their (logarithmic) distance; n discrete ones
 * have cells side by side, of equal width, or for logarithmic integers from log(v - ½) to log(v + ½). Categories are encoded by index.
 */
export class Dimension {
  readonly name: string;
  readonly spec: ParameterSpec;
  /** How many values there are; Infinity for continuous ones. */
  readonly levels: number;
  readonly choices: readonly ParamValue[] | null;
  readonly #low: number;
  readonly #span: number;
  readonly #log: boolean;
  readonly #step: number;

  /** `spec` is taken as checked (see parseSpace). */
  constructor(name: string, spec: ParameterSpec) {
    this.name = name;
    this.spec = spec;
    this.choices = spec.type === 'boolean' ? [false, true] : spec.type === 'categorical' ? spec.choices : null;
    this.#low = 0;
    this.#span = 1;
    this.#log = false;
    this.#step = 0;
    if (spec.type === 'boolean' || spec.type === 'categorical') {
      this.levels = this.choices!.length;
      return;
    }
    this.#log = spec.log ?? false;
    this.#step = spec.type === 'int' ? (spec.step ?? 1) : (spec.step ?? 0);
    // A step that divides the range but for rounding counts as dividing it.
    this.levels = this.#step > 0 ? Math.floor((spec.high - spec.low) / this.#step + 1e-9) + 1 : Infinity;
    if (spec.low === spec.high) this.levels = 1;
    const half = this.#log && spec.type === 'int' ? 0.5 : 0;
    this.#low = this.#log ? Math.log(spec.low - half) : spec.low;
    this.#span = (this.#log ? Math.log(spec.high + half) : spec.high) - this.#low;
  }

  get categorical(): boolean {
    return this.choices !== null;
  }

  get continuous(): boolean {
    return this.levels === Infinity;
  }

  /** Categories: the index. Numbers: the place on the axis, of discrete ones the middle of the cell (of logarithmic ones the value itself). */
  encode(value: ParamValue): number {
    if (this.choices) return this.choices.indexOf(value);
    if (this.levels === 1) return 0.5;
    const number = value as number;
    if (this.#log) return clamp((Math.log(number) - this.#low) / this.#span);
    if (this.continuous) return clamp((number - this.#low) / this.#span);
    return (this.#levelOf(number) + 0.5) / this.levels;
  }

  decode(unit: number): ParamValue {
    if (this.choices) return this.choices[Math.min(this.levels - 1, Math.max(0, Math.round(unit)))];
    if (this.continuous) {
      const { low, high } = this.spec as { low: number; high: number };
      const along = this.#low + clamp(unit) * this.#span;
      return Math.min(high, Math.max(low, this.#log ? Math.exp(along) : along));
    }
    return this.value(this.level(unit));
  }

  /** Which of the discrete values owns this place on the axis. */
  level(unit: number): number {
    if (this.choices) return Math.round(unit);
    if (!this.#log) return Math.min(this.levels - 1, Math.max(0, Math.floor(unit * this.levels)));
    const value = Math.round(Math.exp(this.#low + clamp(unit) * this.#span));
    return Math.min(this.levels - 1, Math.max(0, value - (this.spec as { low: number }).low));
  }

  /** The discrete value of that rank. */
  value(level: number): ParamValue {
    if (this.choices) return this.choices[level];
    const { low, type } = this.spec as { low: number; type: string };
    const value = low + level * this.#step;
    // 0.1 · 3 is 0.30000000000000004: people wrote 0.1.
    return type === 'int' ? value : Number(value.toPrecision(14));
  }

  /** The cell of a discrete value on the axis: where it begins. It ends where the next one begins. */
  edge(level: number): number {
    if (!this.#log) return level / this.levels;
    return clamp((Math.log((this.spec as { low: number }).low + level - 0.5) - this.#low) / this.#span);
  }

  has(value: ParamValue | undefined): boolean {
    if (value === undefined) return false;
    if (this.choices) return this.choices.includes(value);
    const { low, high } = this.spec as { low: number; high: number };
    if (typeof value !== 'number' || !(value >= low && value <= high)) return false;
    if (this.continuous || this.levels === 1) return true;
    if (this.spec.type === 'int' && !Number.isInteger(value)) return false;
    const steps = (value - low) / this.#step;
    return Math.abs(steps - Math.round(steps)) < 1e-6;
  }

  #levelOf(value: number): number {
    return Math.min(
      this.levels - 1,
      Math.max(0, Math.round((value - (this.spec as { low: number }).low) / this.#step)),
    );
  }
}

const clamp = (unit: number) => Math.min(1, Math.max(0, unit));
