import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseStudy } from '../../../src-main/search/study-file.ts';
import { samplerTable, type SamplerName } from '../../../src-main/search/samplers/index.ts';
import type { Params } from '../../../src-main/search/space/parameter.ts';
import { Study } from '../../../src-main/search/study.ts';
import type { TrialRecord } from '../../../src-main/search/trial.ts';

const spaces: Record<string, { space: Record<string, unknown>; constraints?: string[] }> = {
  numbers: {
    space: {
      x: { type: 'float', low: -3, high: 7 },
      rate: { type: 'float', low: 1e-6, high: 10, log: true },
      drop: { type: 'float', low: 0.1, high: 0.55, step: 0.05 },
      depth: { type: 'int', low: -2, high: 9 },
      heads: { type: 'int', low: 2, high: 16, step: 2 },
      units: { type: 'int', low: 1, high: 1000, log: true },
      fixed: { type: 'float', low: 2, high: 2 },
    },
  },
  conditional: {
    space: {
      kind: { type: 'categorical', choices: ['a', 'b', null] },
      rate: { type: 'float', low: 1e-5, high: 1, log: true },
      deep: { type: 'boolean', when: { kind: ['a', 'b'] } },
      layers: { type: 'int', low: 1, high: 3, when: { deep: true } },
      drop: { type: 'float', low: 0, high: 0.8, step: 0.1, when: { layers: [2, 3], kind: 'a' } },
    },
  },
  constrained: {
    space: {
      width: { type: 'int', low: 1, high: 64 },
      depth: { type: 'int', low: 1, high: 16 },
      kind: { type: 'categorical', choices: ['small', 'large'] },
      share: { type: 'float', low: 0, high: 1, when: { kind: 'large' } },
    },
    constraints: ['width * depth <= 96', "kind != 'small' or width <= 16", 'share < 0.5 or depth > 2'],
  },
};
const options: Partial<Record<SamplerName, object>> = {
  grid: { points: 2 },
  // So that the tests reach what comes after the beginning, and the end of what costs time.
  nsga2: { population: 8 },
  gp: { until: 24 },
};
const file = (sampler: SamplerName, name: string, more: object = {}) => ({
  ...spaces[name],
  // A grid over numbers of 1,000 values would not end.
  space:
    sampler === 'grid' && name === 'numbers'
      ? { x: spaces.numbers.space.x, depth: spaces.numbers.space.depth, drop: spaces.numbers.space.drop }
      : spaces[name].space,
  sampler: { type: sampler, ...options[sampler] },
  seed: 11,
  ...more,
});
/** Some number of the settings, smooth enough to learn from. */
const objective = (params: Params) =>
  Object.values(params).reduce<number>(
    (sum, value, i) =>
      sum + (typeof value === 'number' ? Math.abs(Math.log1p(Math.abs(value)) - i / 3) : value ? 0.5 : 0),
    0,
  );

function run(study: Study, trials: number, told: (trial: TrialRecord, i: number) => void): Params[] {
  const asked: Params[] = [];
  for (let i = 0; i < trials; i++) {
    const trial = study.ask();
    if (!trial) break;
    asked.push(trial.params);
    told(trial, i);
  }
  return asked;
}

const samplers = Object.keys(samplerTable) as SamplerName[];

describe('the same seed', () => {
  const cases = samplers.flatMap((sampler) => ['numbers', 'conditional'].map((name) => ({ sampler, name })));
  const CUT = 21;
  let answers: Params[][];
  const studies = cases.map(({ sampler, name }) => {
    const study = new Study(parseStudy(file(sampler, name)));
    const told: number[] = [];
    const asked = run(study, 34, ({ number, params }) => {
      told.push(objective(params));
      study.tell(number, told.at(-1)!);
    });
    return { asked, job: { file: file(sampler, name), records: study.trials.slice(0, CUT), told: told.slice(CUT) } };
  });

  beforeAll(() => {
    const script = fileURLToPath(new URL('../../support/search-own-process.ts', import.meta.url));
    const types = process.features.typescript ? [] : ['--experimental-strip-types'];
    const answer = execFileSync(process.execPath, [...types, script], {
      input: JSON.stringify(studies.map(({ job }) => job)),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    answers = JSON.parse(answer) as Params[][];
  });

  it.each(cases)('chooses the same in another process, opened from records: $sampler, $name', ({ sampler, name }) => {
    const index = cases.findIndex((each) => each.sampler === sampler && each.name === name);
    const { asked } = studies[index];
    expect(asked.length).toBeGreaterThan(CUT - 8);
    expect(answers[index]).toEqual(asked.slice(CUT));
    const other = new Study(parseStudy(file(sampler, name, { seed: 12 })));
    expect(run(other, 34, ({ number, params }) => other.tell(number, objective(params)))).not.toEqual(asked);
  });
});

describe.each(samplers)('%s', (sampler) => {
  it.each(Object.keys(spaces))('stays inside of its space, with values of the right kind: %s', (name) => {
    const study = new Study(parseStudy(file(sampler, name)));
    run(study, 60, ({ number, params }) => {
      study.space.check(params);
      expect(study.space.feasible(params)).toBe(true);
      study.tell(number, objective(params));
    });
    expect(study.trials.length).toBeGreaterThanOrEqual(12);
    for (const { why } of study.trials) expect(why.code).toMatch(/^[a-z0-9_]+$/);
  });

  it('goes on through trials that fail, are pruned or give no number', () => {
    const study = new Study(parseStudy(file(sampler, 'conditional')));
    run(study, 50, ({ number, params }, i) => {
      study.space.check(params);
      if (i % 5 === 0) study.tell(number, NaN);
      else if (i % 5 === 1) study.tell(number, { failed: { code: 'crashed' } });
      else if (i % 5 === 2) {
        study.report(number, 1, i % 2 ? NaN : objective(params));
        study.prune(number, { code: 'stopped' });
      } else study.tell(number, objective(params));
    });
    expect(study.history.counts.running).toBe(0);
    expect(study.best!.values![0]).toBe(
      Math.min(...study.trials.flatMap(({ state, values }) => (state === 'complete' ? values! : []))),
    );
  });

  it('goes on where every trial fails and where all are equal', () => {
    for (const value of [NaN, 1]) {
      const study = new Study(parseStudy(file(sampler, 'numbers')));
      run(study, 30, ({ number, params }) => {
        study.space.check(params);
        study.tell(number, value);
      });
      expect(study.history.counts.running).toBe(0);
    }
  });

  it('hands out different settings to parallel workers, told in any order', () => {
    const study = new Study(parseStudy(file(sampler, 'numbers')));
    run(study, 16, ({ number, params }) => study.tell(number, objective(params)));
    const running = Array.from({ length: 8 }, () => study.ask()!);
    expect(new Set(running.map(({ params }) => JSON.stringify(params))).size).toBe(8);
    for (const { number, params } of running.reverse()) study.tell(number, objective(params));
    run(study, 10, ({ number, params }) => study.tell(number, objective(params)));
    expect(study.history.counts.running).toBe(0);
  });

  it('chooses the same after it was opened again in the middle of parallel work', () => {
    const live = new Study(parseStudy(file(sampler, 'conditional')));
    const open: TrialRecord[] = [];
    // Three at a time, told out of order.
    for (let i = 0; i < 45; i++) {
      const asked = live.ask();
      if (!asked) break;
      const reopened = new Study(live.definition, JSON.parse(JSON.stringify(live.trials.slice(0, -1))));
      if (i % 9 === 0) expect(reopened.ask()!.params).toEqual(asked.params);
      open.push(asked);
      if (open.length === 3) {
        const [{ number, params }] = open.splice(i % 3, 1);
        live.tell(number, objective(params));
      }
    }
    expect(live.trials.length).toBeGreaterThan(10);
  });
});

// A sampler that leaves out what failed goes to where it fails for ever.
it.each([
  ['tpe', 40],
  ['cma-es', 40],
  ['gp', 26],
  ['nsga2', 40],
])('%s is ahead of chance where half of the space crashes, beside the best', (sampler, trials) => {
  const axes = { x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } };
  const best = (type: string, seed: number) => {
    const study = new Study(
      parseStudy({ space: axes, sampler: { type, ...(type === 'nsga2' ? { population: 8 } : {}) }, seed }),
    );
    run(study, trials, ({ number, params }) => {
      const [x, y] = [params.x as number, params.y as number];
      study.tell(number, x > 0.5 ? { failed: { code: 'crashed' } } : 1 - x + 3 * Math.abs(y - 0.3));
    });
    return study.best!.values![0];
  };
  expect(best(sampler, 1) + best(sampler, 2)).toBeLessThan(best('random', 1) + best('random', 2));
});
