import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/shared/random.ts';
import { Cma } from '../../../src-main/search/samplers/cma.ts';
import { ParzenEstimator } from '../../../src-main/search/samplers/parzen.ts';
import { splitTrials } from '../../../src-main/search/samplers/split.ts';
import { SobolSequence } from '../../../src-main/search/samplers/sobol.ts';
import { parseSpace } from '../../../src-main/search/space/parse-space.ts';
import { parseStudy } from '../../../src-main/search/study-file.ts';
import { Study } from '../../../src-main/search/study.ts';

describe('Sobol', () => {
  it('has the points of scipy.stats.qmc.Sobol, not scrambled', () => {
    // scipy 1.10: Sobol(7, scramble=False).random(9)[8]
    expect([...new SobolSequence(7, null).point(8)]).toEqual([0.1875, 0.3125, 0.9375, 0.4375, 0.5625, 0.3125, 0.4375]);
  });

  it('keeps one point in every cell when it is scrambled', () => {
    for (const seed of [0, 1, 2 ** 40]) {
      const sequence = new SobolSequence(160, seed);
      const points = Array.from({ length: 64 }, (_, i) => sequence.point(i));
      for (let axis = 0; axis < 160; axis++) {
        expect(new Set(points.map((point) => Math.floor(point[axis] * 64))).size).toBe(64);
      }
      // And in two dimensions at once: the first two are a (0, 2)-sequence.
      expect(new Set(points.map(([x, y]) => `${Math.floor(x * 8)} ${Math.floor(y * 8)}`)).size).toBe(64);
    }
  });

  it('refuses more parameters than it has numbers for', () => {
    expect(() => new SobolSequence(161, 0)).toThrow(expect.objectContaining({ code: 'too_many_parameters' }));
  });
});

describe('a Parzen estimator', () => {
  const { dimensions } = parseSpace({
    x: { type: 'float', low: 0, high: 1 },
    n: { type: 'int', low: 1, high: 40, log: true },
    kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
  });
  const [x, n, kind] = dimensions;
  const observed = [
    [0.2, n.encode(3), 0],
    [0.25, n.encode(4), 0],
    [0.9, n.encode(40), 2],
  ];
  const estimator = new ParzenEstimator(dimensions, observed, [1, 1, 0.5]);
  const random = new Random(8);
  // Many of them are alike on the axis of whole numbers, and most have the least width.
  const rows = Array.from({ length: 300 }, () => [
    random.uniform() ** 2,
    n.encode(1 + random.below(6)),
    random.below(2),
  ]);
  const crowded = new ParzenEstimator(dimensions, rows, new Float64Array(300).fill(1));

  it.each([
    ['of few kernels', estimator, 100],
    ['of many', crowded, 200],
  ])('is a density: it sums to 1, %s', (_, estimator, steps) => {
    let total = 0;
    for (let level = 0; level < 40; level++) {
      const points = Array.from({ length: steps * 3 }, (_, i) =>
        Float64Array.of((Math.floor(i / 3) + 0.5) / steps, n.encode(n.value(level)), i % 3),
      );
      total += estimator.logDensity(points).reduce((sum, value) => sum + Math.exp(value) / steps, 0);
    }
    expect(total).toBeCloseTo(1, 3);
    expect(x.continuous && kind.categorical).toBe(true);
  });

  it('draws what it says', () => {
    const drawn = estimator.sample(new Random(5), 20_000);
    for (let category = 0; category < 3; category++) {
      const share = drawn.filter((point) => point[2] === category).length / drawn.length;
      // 3 kernels and the prior: (w · (4·[own] + 1) / 7 + 1/3) / (2.5 + 1)
      const kernels = [2, 0, 0.5].map((own) => (own * 4 + 2.5) / 7);
      expect(share).toBeCloseTo((kernels[category] + 1 / 3) / 3.5, 1.7);
    }
  });
});

describe('CMA-ES', () => {
  const minimum = (n: number, f: (x: Float64Array) => number, generations: number) => {
    const random = new Random(3);
    const cma = new Cma(new Float64Array(n).fill(0.5), 0.2, 4 + Math.floor(3 * Math.log(n)));
    for (let g = 0; g < generations; g++) {
      const points = Array.from({ length: cma.lambda }, () =>
        cma.sample(Float64Array.from({ length: n }, () => random.normal())),
      );
      cma.tell(points.sort((a, b) => f(a) - f(b)));
    }
    return f(cma.mean);
  };

  it('descends a sphere and an ellipsoid a million times as long as wide at linear rate', () => {
    expect(minimum(5, (x) => x.reduce((sum, v) => sum + (v - 0.3) ** 2, 0), 120)).toBeLessThan(1e-12);
    expect(minimum(5, (x) => x.reduce((sum, v, i) => sum + 1e6 ** (i / 4) * (v - 0.3) ** 2, 0), 400)).toBeLessThan(
      1e-10,
    );
  });

  it('goes round the bend of Rosenbrock', () => {
    const rosenbrock = (x: Float64Array) =>
      x.slice(1).reduce((sum, v, i) => sum + 100 * (v - x[i] ** 2) ** 2 + (1 - x[i]) ** 2, 0);
    expect(minimum(4, rosenbrock, 400)).toBeLessThan(1e-8);
  });

  it('moves integers to their best and not just near it', () => {
    const space = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`n${i}`, { type: 'int', low: 0, high: 50 }]));
    const study = new Study(parseStudy({ space, sampler: 'cma-es', seed: 4 }));
    for (let i = 0; i < 400; i++) {
      const { number, params } = study.ask()!;
      study.tell(
        number,
        Object.values(params).reduce<number>((sum, v, k) => sum + (k + 1) * ((v as number) - 37) ** 2, 0),
      );
    }
    expect(study.best!.values![0]).toBe(0);
  });
});

describe('a grid', () => {
  it('tries every combination once, without those that conditions make equal, and ends', () => {
    const space = {
      kind: { type: 'categorical', choices: ['a', 'b'] },
      deep: { type: 'boolean', when: { kind: 'a' } },
      n: { type: 'int', low: 1, high: 3 },
      rate: { type: 'float', low: 0.01, high: 1, log: true },
    };
    const study = new Study(
      parseStudy({ space, sampler: { type: 'grid', points: 3 }, constraints: ['n < 3 or rate > 0.05'] }),
    );
    const seen: string[] = [];
    for (let trial = study.ask(); trial; trial = study.ask()) {
      seen.push(JSON.stringify(trial.params));
      study.tell(trial.number, 1);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(3 * 9 - 3);
    expect(new Set(seen.map((each) => JSON.parse(each).rate.toFixed(6)))).toEqual(
      new Set(['0.010000', '0.100000', '1.000000']),
    );
  });

  it('that is too large is refused with its sizes', () => {
    const space = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`n${i}`, { type: 'int', low: 0, high: 9 }]));
    expect(() => new Study(parseStudy({ space, sampler: 'grid' })).ask()).toThrow(/n0: 10, n1: 10/);
  });
});

describe('several objectives', () => {
  // The front of ZDT1 with 4 parameters: f2 = 1 - √f1 where all others are 0.
  const space = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`x${i}`, { type: 'float', low: 0, high: 1 }]));
  const zdt1 = (x: number[]) => {
    const g = 1 + (9 * (x[1] + x[2] + x[3])) / 3;
    return [x[0], g * (1 - Math.sqrt(x[0] / g))];
  };
  const distance = (sampler: string, trials: number) => {
    const study = new Study(parseStudy({ space, sampler, seed: 2, directions: ['minimize', 'minimize'] }));
    for (let i = 0; i < trials; i++) {
      const { number, params } = study.ask()!;
      study.tell(number, zdt1(Object.values(params) as number[]));
    }
    const beyond = study.front.map(({ values }) => values![1] - (1 - Math.sqrt(values![0])));
    return beyond.reduce((sum, each) => sum + each, 0) / beyond.length;
  };

  it.each(['nsga2', 'tpe', 'auto'])('%s comes much nearer to the front than chance', (sampler) => {
    expect(distance(sampler, 400)).toBeLessThan(0.35 * distance('random', 400));
  });

  it.each(['gp', 'cma-es'])('%s says that it takes one', (sampler) => {
    expect(() => parseStudy({ space, sampler, directions: ['minimize', 'maximize'] })).toThrow(
      expect.objectContaining({ code: 'sampler_unsuitable' }),
    );
  });
});

describe('the split into good trials and others', () => {
  const study = new Study(parseStudy({ space: { x: { type: 'float', low: 0, high: 1 } }, seed: 1 }));
  const end = (first: number, last: number | null) => {
    const { number } = study.ask()!;
    study.report(number, 1, first);
    if (last === null) study.prune(number, { code: 'stopped' });
    else {
      study.report(number, 9, last);
      study.tell(number, last);
    }
    return number;
  };
  const best = (count: number) => splitTrials(study.history, study.trials, count).good.map(({ number }) => number);

  it('compares trials where enough have been while few are whole, and by their ends once many are', () => {
    // Whole only because it was its turn.
    const poor = end(0.9, 0.8);
    const pruned = Array.from({ length: 10 }, (_, i) => end(0.3 + i / 100, null));
    expect(best(3)).toEqual(pruned.slice(0, 3));
    const whole = Array.from({ length: 9 }, (_, i) => end(0.5, 0.4 + i / 100));
    expect(best(3)).toEqual(whole.slice(0, 3));
    expect(best(11)).toEqual([poor, pruned[0], ...whole]);
  });
});

describe('TPE', () => {
  const kinds = {
    kind: { type: 'categorical', choices: ['a', 'b', 'c', 'd'] },
    width: { type: 'int', low: 1, high: 6 },
  };

  it('tries each of few settings once before any again, those that crashed too', () => {
    const study = new Study(parseStudy({ space: kinds, sampler: 'tpe', seed: 4 }));
    const tried: string[] = [];
    for (let i = 0; i < 24; i++) {
      const { number, params } = study.ask()!;
      tried.push(JSON.stringify(params));
      const width = params.width as number;
      study.tell(number, params.kind === 'b' ? { failed: { code: 'crashed' } } : Math.abs(width - 3));
    }
    // Draws may leave out some rare ones; none that crashed comes twice while there are others.
    expect(new Set(tried).size).toBeGreaterThanOrEqual(22);
    const crashed = tried.filter((params) => params.includes('"b"'));
    expect(new Set(crashed).size).toBe(crashed.length);
  });

  it('learns of a trial that failed by itself, and nothing of one that was ended from outside', () => {
    const next = (code: string, x: number, silently = false) => {
      const study = new Study(
        parseStudy({ space: { x: { type: 'float', low: 0, high: 1 } }, sampler: 'tpe', seed: 9 }),
      );
      for (let i = 0; i < 20; i++) study.add({ x: (i + 0.5) / 20 }, [Math.abs(i / 20 - 0.6)]);
      for (let i = 0; i < 6; i++) {
        study.enqueue({ x: x + i / 50 });
        const { number } = study.ask()!;
        if (silently) study.prune(number, { code });
        else study.tell(number, { failed: { code } });
      }
      return study.ask()!.params.x;
    };
    expect(next('cancelled', 0.6)).toBe(next('cancelled', 0.1));
    expect(next('time_up', 0.6)).toBe(next('time_up', 0.1));
    expect(next('time_up', 0.6, true)).toBe(next('time_up', 0.1, true));
    expect(next('crashed', 0.6)).not.toBe(next('crashed', 0.1));
  });
});
