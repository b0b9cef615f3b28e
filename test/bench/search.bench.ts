// What the samplers find, against Optuna's on the same functions with as many trials (test/fixtures/optuna/make-optuna.py), the Gaussian process,
// which that Optuna does not have, against one made with scikit-learn (test/fixtures/gaussian-process), and what an ask takes.
//   npm run bench -- search                          all, some minutes on one core
//   BENCH_SEEDS=10 BENCH_ONLY=tpe npm run bench -- search
import { readFileSync } from 'node:fs';
import { parseStudy } from '../../src-main/search/study-file.ts';
import { Study } from '../../src-main/search/study.ts';
import { fanova } from '../../src-main/search/importance/fanova.ts';
import { pedAnova } from '../../src-main/search/importance/ped-anova.ts';
import { bestAfter, median, rankSum } from '../support/compare-search.ts';
import { objectives } from '../support/objectives.ts';
import { otherObjectives } from '../support/other-objectives.ts';

type Found = Record<string, Record<string, number[]>>;
const read = <T>(file: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/${file}.json`, import.meta.url), 'utf8')) as T;
const fixture = read<{ optuna: string; best: Record<string, Found> }>('optuna/optuna');
// None of these was looked at while the samplers were written.
Object.assign(fixture.best, read<typeof fixture>('optuna/optuna-others').best);
const { best: processes } = read<{ best: Found }>('gaussian-process/gaussian-process');
for (const [name, found] of Object.entries(processes)) (fixture.best[name] ??= {})['gp-scikit-learn'] = found;
const all = { ...objectives, ...otherObjectives };
const seeds = Number(process.env.BENCH_SEEDS ?? 30);
const only = process.env.BENCH_ONLY;

/** Ours, Optuna's it is held against, after so many trials. */
const pairs: [ours: string, theirs: string, budget: number][] = [
  ['tpe', 'tpe', 50],
  ['tpe', 'tpe', 100],
  ['tpe', 'tpe', 200],
  ['tpe', 'tpe-multivariate', 50],
  ['tpe', 'tpe-multivariate', 100],
  ['tpe', 'tpe-multivariate', 200],
  ['tpe', 'random', 100],
  ['cma-es', 'cma-es', 100],
  ['cma-es', 'cma-es', 200],
  ['gp', 'tpe', 50],
  ['gp', 'gp-scikit-learn', 30],
];

console.log(
  `Median of the best after so many trials, ${seeds} seeds, against Optuna ${fixture.optuna}; p of the two-sided rank sum.`,
);
for (const [name, theirs] of Object.entries(fixture.best)) {
  const found = new Map<string, Map<number, number[]>>();
  for (const [ours, peer, budget] of pairs) {
    if ((only && only !== ours) || !theirs[peer]?.[budget]) continue;
    // Optuna's tries at random what it cannot move; ours says that it suits no space without numbers.
    if (ours === 'cma-es' && name === 'categoricals') continue;
    let own = found.get(ours);
    if (!own) {
      const wanted = pairs.filter(([each, its, count]) => each === ours && theirs[its]?.[count]);
      const budgets = [...new Set(wanted.map(([, , count]) => count))];
      found.set(ours, (own = bestAfter(all[name], ours, budgets, seeds)));
    }
    const [mine, other] = [own.get(budget)!, theirs[peer][budget]];
    const p = rankSum(mine, other);
    const verdict = p >= 0.05 ? 'even' : isLower(mine, other) ? 'better' : 'WORSE';
    console.log(
      `${name.padEnd(16)} ${`${ours}@${budget}`.padEnd(10)} ${median(mine).toPrecision(4).padStart(10)}   ${`${peer}@${budget}`.padEnd(20)} ${median(other).toPrecision(4).padStart(10)}   p ${p.toPrecision(2).padStart(8)}  ${verdict}`,
    );
  }
}

/** Whether one of ours, drawn at random, is rather below one of theirs than above: medians may be equal. */
function isLower(ours: readonly number[], theirs: readonly number[]): boolean {
  return ours.reduce((sum, a) => sum + theirs.reduce((wins, b) => wins + Math.sign(b - a), 0), 0) > 0;
}

/** Milliseconds of processor time. */
function cpu(act: () => void): number {
  const from = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

const axes = Object.fromEntries(
  Array.from({ length: 10 }, (_, i) => [
    `x${i}`,
    i < 6
      ? { type: 'float', low: 0, high: 1 }
      : i < 8
        ? { type: 'int', low: 1, high: 64 }
        : { type: 'categorical', choices: ['a', 'b', 'c'] },
  ]),
);
console.log('\nProcessor time of an ask, 10 parameters, ms (median of 20):');
for (const trials of [1000, 10_000]) {
  for (const sampler of ['random', 'sobol', 'tpe', 'cma-es', 'gp', 'nsga2', 'auto']) {
    if (only && only !== sampler) continue;
    const study = new Study(parseStudy({ space: axes, sampler, seed: 1 }));
    const value = (params: Readonly<Record<string, unknown>>) =>
      Object.values(params).reduce<number>(
        (sum, x) => sum + (typeof x === 'number' ? (x - 0.4) ** 2 : x === 'b' ? 0 : 1),
        0,
      );
    const known = new Study(parseStudy({ space: axes, sampler: 'random', seed: 2 }));
    for (let i = 0; i < trials; i++) {
      const { params } = known.ask()!;
      study.add(params, [value(params)]);
      known.tell(i, 0);
    }
    study.tell(study.ask()!.number, 1);
    const times = Array.from({ length: 20 }, () =>
      cpu(() => {
        const { number, params } = study.ask()!;
        study.tell(number, value(params));
      }),
    );
    console.log(`  ${sampler.padEnd(8)} at ${trials} trials ${median(times).toFixed(2)}`);
    if (sampler !== 'random') continue;
    console.log(
      `  fANOVA ${cpu(() => fanova(study.history)).toFixed(0)}, PED-ANOVA ${cpu(() => pedAnova(study.history)).toFixed(0)}`,
    );
  }
}
