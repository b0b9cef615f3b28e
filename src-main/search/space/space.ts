import { AtelierError } from '../../shared/errors.ts';
import type { Random } from '../../shared/random.ts';
import type { Constraint } from './constraint.ts';
import type { Dimension, ParamValue, Params } from './parameter.ts';

/** Parameters that exist under the same condition: wherever one of them has a value, all have. */
export interface Group {
  /** Indices into `dimensions`. */
  readonly members: readonly number[];
}

/** Everything a study may try. Made by parseSpace, which checks what a person wrote. */
export class Space {
  /** A parameter comes after those that its condition names. */
  readonly dimensions: readonly Dimension[];
  readonly constraints: readonly Constraint[];
  readonly groups: readonly Group[];
  readonly #indices: ReadonlyMap<string, number>;

  constructor(dimensions: readonly Dimension[], constraints: readonly Constraint[] = []) {
    this.dimensions = dimensions;
    this.constraints = constraints;
    this.#indices = new Map(dimensions.map(({ name }, index) => [name, index]));
    const groups = new Map<string, number[]>();
    dimensions.forEach(({ spec }, index) => {
      const key = JSON.stringify(Object.entries(spec.when ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
      const group = groups.get(key);
      if (group) group.push(index);
      else groups.set(key, [index]);
    });
    this.groups = [...groups.values()].map((members) => ({ members }));
  }

  get conditional(): boolean {
    return this.groups.length > 1;
  }

  /** Whether nothing in it is continuous, so that a draw may be a setting that was tried. */
  get countable(): boolean {
    return this.dimensions.every(({ continuous }) => !continuous);
  }

  indexOf(name: string): number {
    return this.#indices.get(name) ?? -1;
  }

  /** Whether a parameter exists beside these values of those before it. */
  active(index: number, params: Params): boolean {
    const { when } = this.dimensions[index].spec;
    if (!when) return true;
    return Object.entries(when).every(([name, wanted]) => {
      const value = params[name];
      return value !== undefined && (Array.isArray(wanted) ? wanted.includes(value) : wanted === value);
    });
  }

  /** Asks for each active parameter, parents first. */
  fill(draw: (dimension: Dimension, index: number) => ParamValue): Record<string, ParamValue> {
    const params: Record<string, ParamValue> = {};
    this.dimensions.forEach((dimension, index) => {
      if (this.active(index, params)) params[dimension.name] = draw(dimension, index);
    });
    return params;
  }

  /** One coordinate a dimension (see Dimension.encode), NaN where it is not active. */
  encode(params: Params): Float64Array {
    return Float64Array.from(this.dimensions, (dimension) => {
      const value = params[dimension.name];
      return value === undefined ? NaN : dimension.encode(value);
    });
  }

  /** From one coordinate a dimension; those that turn out not to be active are left out. */
  decode(units: ArrayLike<number>): Record<string, ParamValue> {
    return this.fill((dimension, index) => dimension.decode(units[index]));
  }

  feasible(params: Params): boolean {
    return this.constraints.every(({ holds }) => holds(params));
  }

  /** Uniformly, without regard to constraints. */
  random(random: Random): Record<string, ParamValue> {
    return this.fill((dimension) => randomValue(dimension, random));
  }

  /** Uniformly among what the constraints leave. Throws constraints_unsatisfiable where 10,000 draws find nothing. */
  randomFeasible(random: Random): Record<string, ParamValue> {
    for (let attempt = 0; attempt < 10_000; attempt++) {
      const params = this.random(random);
      if (this.feasible(params)) return params;
    }
    throw new AtelierError(
      'constraints_unsatisfiable',
      `None of 10,000 random settings keeps the constraints ${this.constraints.map(({ text }) => `"${text}"`).join(', ')}. Loosen them or the ranges.`,
    );
  }

  /** Throws outside_space where a value is missing, too much or out of its range. Constraints are not looked at. */
  check(params: Params): void {
    const names = new Set(Object.keys(params));
    this.dimensions.forEach((dimension, index) => {
      const { name } = dimension;
      const active = this.active(index, params);
      if (active && !dimension.has(params[name])) {
        const shown = params[name] === undefined ? 'has no value' : `= ${JSON.stringify(params[name])}`;
        throw new AtelierError(
          'outside_space',
          `"${name}" ${shown}, which the space does not hold: ${JSON.stringify(dimension.spec)}.`,
        );
      }
      if (active) names.delete(name);
    });
    for (const name of names) {
      const why = this.indexOf(name) < 0 ? 'is not a parameter of this study' : 'is not active beside the other values';
      throw new AtelierError('outside_space', `"${name}" ${why}.`);
    }
  }
}

export function randomValue(dimension: Dimension, random: Random): ParamValue {
  if (dimension.continuous) return dimension.decode(random.uniform());
  // A logarithmic integer is drawn by its logarithm, as people mean it.
  return dimension.categorical ? dimension.value(random.below(dimension.levels)) : dimension.decode(random.uniform());
}
