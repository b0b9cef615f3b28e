import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  plateau,
  type PlateauOptions,
  type PlateauState,
  scheduleOf,
  type ScheduleSpec,
} from '../../src-main/autodiff/schedules/index.ts';
import { rateByName } from '../../src-main/autodiff/schedules/by-name.ts';
import { scheduleNames, type ScheduleName } from '../../src-main/shared/run.ts';

type Fixture = { name: string; rates: number[] } & (
  { spec: ScheduleSpec; plateau?: undefined } | { plateau: PlateauOptions; losses: number[] }
);
const fixtures = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/pytorch/schedules.json'), 'utf8'),
) as Fixture[];

describe('PyTorch', () => {
  it.each(fixtures)('$name', (fixture) => {
    const rates = fixture.plateau
      ? follow(fixture.plateau, fixture.losses)
      : fixture.rates.map((_, step) => scheduleOf(fixture.spec)(step));
    rates.forEach((rate, step) => expect(rate, `step ${step}`).toBeCloseTo(fixture.rates[step], 12));
  });

  function follow(options: PlateauOptions, losses: number[]): number[] {
    const { start, next } = plateau(options);
    let state: PlateauState = start;
    return losses.map((loss) => {
      // As a checkpoint keeps it.
      state = next(JSON.parse(JSON.stringify(state)) as PlateauState, loss);
      return state.rate;
    });
  }
});

describe('schedules', () => {
  it('cosine with warm-up rises to the rate, halves midway, ends at the floor and stays there', () => {
    const rate = scheduleOf({ kind: 'cosine', rate: 1, steps: 110, warmup: 10, floor: 0.2 });
    expect([rate(0), rate(4), rate(9), rate(10)]).toEqual([0.1, 0.5, 1, 1]);
    expect(rate(60)).toBeCloseTo(0.6, 12);
    expect(rate(110)).toBeCloseTo(0.2, 12);
    expect(rate(500)).toBeCloseTo(0.2, 12);
  });

  const kinds: ScheduleSpec[] = [
    { kind: 'cosine', rate: 1, steps: 1 },
    { kind: 'cosine', rate: 1, steps: 3, warmup: 3 },
    { kind: 'linear', rate: 1, steps: 1, warmup: 1 },
    { kind: 'polynomial', rate: 1, steps: 2, warmup: 1, power: 2 },
    { kind: 'one-cycle', rate: 1, steps: 2 },
    { kind: 'one-cycle', rate: 1, steps: 10, rising: 0.1 },
  ];
  it.each(kinds)('%j is a number at every step, also past the end', (spec) => {
    const rate = scheduleOf(spec);
    for (let t = 0; t < 30; t++) {
      expect(rate(t)).toBeGreaterThanOrEqual(0);
      expect(rate(t)).toBeLessThanOrEqual(1);
    }
    expect(rate(29)).toBeLessThan(1e-4);
  });

  it('a plateau changes nothing but its result', () => {
    const { start, next } = plateau({ rate: 1, patience: 0 });
    const before = { ...start };
    expect(next(start, 2)).toEqual({ rate: 1, best: 2, waited: 0, resting: 0 });
    expect(start).toEqual(before);
  });
});

describe('a schedule by its name', () => {
  const names = scheduleNames.filter((name) => name !== 'plateau');
  const rates = (name: ScheduleName, steps: number, warmup?: number) => {
    const made = rateByName(name, 0.1, steps, warmup);
    if (!('rate' in made)) throw new Error('it follows the loss');
    return Array.from({ length: steps }, (_, t) => made.rate(t));
  };

  it.each(names)('%s grows over the share of the run that is asked for, and then goes as it would', (name) => {
    const [plain, warm] = [rates(name, 80, 0), rates(name, 100, 0.2)];
    if (name === 'one-cycle') return expect(warm).toEqual(rates(name, 100));
    warm.slice(0, 20).forEach((rate, t) => expect(rate).toBeCloseTo((0.1 * (t + 1)) / 20, 12));
    warm.slice(20).forEach((rate, t) => expect(rate).toBeCloseTo(plain[t], 12));
  });

  it('linear grows over a twentieth by itself, at any length', () => {
    for (const steps of [1, 19, 20, 60, 140, 999, 1000]) {
      const wanted = scheduleOf({ kind: 'linear', rate: 0.1, steps, warmup: Math.floor(steps / 20) });
      expect(rates('linear', steps)).toEqual(Array.from({ length: steps }, (_, t) => wanted(t)));
    }
  });
});
