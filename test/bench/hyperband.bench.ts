// What Hyperband saves on Fashion-MNIST: the same settings, drawn by lot, are trained once to the end and once under Hyperband. How many of the
// epochs does it take, and does it end with the same best? Every trial is a run of the command line's own; a setting trains alike in both.
//   npm run bench -- hyperband     BENCH_IMAGES=<folder of IDX files>  BENCH_TRIALS=60  BENCH_EPOCHS=27  BENCH_SEEDS=2  BENCH_SAMPLERS=random,tpe
// The images are those of Debian's package dataset-fashion-mnist where nothing is said.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { done } from '../support/built-cli.ts';

const images = process.env.BENCH_IMAGES ?? '/usr/share/datasets/fashion-mnist';
const trials = Number(process.env.BENCH_TRIALS ?? 60);
const epochs = Number(process.env.BENCH_EPOCHS ?? 27);
const seeds = Number(process.env.BENCH_SEEDS ?? 2);
const samplers = (process.env.BENCH_SAMPLERS ?? 'random,tpe').split(',');

interface Told {
  best: { value: number; trial: number };
  epochs: number;
  seconds: number;
}

const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
try {
  await done(folder, 'import', images, '--name', 'fashion');
  const search = async (sampler: string, pruner: unknown, seed: number): Promise<Told> => {
    const name = `${sampler}-${seed}-${pruner === 'none' ? 'whole' : 'hyperband'}`;
    const study = {
      ...{ name, data: 'fashion', architecture: 'mlp', epochs, metric: 'accuracy', sampler, pruner, seed, trials },
      settings: { batch: 64 },
      space: {
        lr: { type: 'float', low: 1e-5, high: 0.3, log: true },
        'set.hidden': { type: 'categorical', choices: ['16', '64', '128', '64,64'] },
        'set.dropout': { type: 'float', low: 0, high: 0.6 },
        optimizer: { type: 'categorical', choices: ['sgd', 'adam', 'adamw'] },
      },
    };
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(study));
    const began = performance.now();
    const { lines } = await done(folder, 'tune', file, '--json');
    const { best } = lines.at(-1) as unknown as Told;
    const { lines: shown } = await done(folder, 'studies', 'show', name, '--json');
    const tried = shown.filter((line) => Array.isArray(line.reports)) as { reports: unknown[] }[];
    if (tried.length !== trials) throw new Error(`${tried.length} trials are shown, not ${trials}`);
    const count = tried.reduce((sum, { reports }) => sum + reports.length, 0);
    return { best, epochs: count, seconds: (performance.now() - began) / 1000 };
  };
  const say = ({ best, epochs: count, seconds }: Told) =>
    `${best.value.toFixed(4)} (trial ${best.trial}), ${count} epochs, ${seconds.toFixed(0)} s`;
  for (const sampler of samplers) {
    for (let seed = 0; seed < seeds; seed++) {
      const whole = await search(sampler, 'none', seed);
      const banded = await search(sampler, { type: 'hyperband', whole: epochs }, seed);
      const share = ((100 * banded.epochs) / whole.epochs).toFixed(1);
      console.log(`${sampler}, seed ${seed}: whole ${say(whole)}; Hyperband ${say(banded)}: ${share} % of the epochs`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
