// Owns a workspace and works on its study (with the fake utility) until that has ended or this is killed; begins it where there is none.
import { join } from 'node:path';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import { Studio } from '../../src-main/jobs/studio.ts';

const [folder, migrations, workers, trials] = process.argv.slice(2);
const spawn = spawnWithNode(() => join(import.meta.dirname, 'utilities/fake.mjs'));
const training = { epochs: 3, batchSize: 32, optimizer: 'adam', learningRate: 0.001 };
const fields = [{ key: 'hidden', kind: 'integer', default: 64, min: 1, max: 512 }];
const studio = Studio.open({
  folder,
  migrations,
  appVersion: '0.0.0-test',
  owner: 'a test',
  atOnce: Number(workers),
  architectures: [{ id: 'scores', inputs: ['image'], learns: 'target', fields, training }],
  spawnUtility: (kind) => {
    const handle = spawn(kind);
    if (kind === 'train') console.log(JSON.stringify({ trainer: handle.pid }));
    return handle;
  },
});
const known = studio.studies.list()[0];
let started;
if (known) {
  started = studio.studies.resume(known.id);
} else {
  const { version } = await studio.datasets.import({ paths: ['/data/quick'] }).result;
  const planned = studio.studies.plan(
    {
      architecture: 'scores',
      settings: { device: 'cpu' },
      sampler: 'tpe',
      pruner: 'none',
      seed: 5,
      trials: Number(trials),
      workers: Number(workers),
      space: {
        lr: { type: 'float', low: 1e-4, high: 1, log: true },
        batch: { type: 'categorical', choices: [16, 32] },
      },
    },
    version,
  );
  started = studio.studies.start({ ...planned, name: 'killed', version, from: [] });
}
await started.stopped;
await studio.close();
