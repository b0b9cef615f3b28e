// Owns a workspace and trains in it (with the fake utility) until it is killed; says which run and which process, once points are stored.
import { join } from 'node:path';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import { Studio } from '../../src-main/jobs/studio.ts';

// With a number: so many more wait behind it, the last of them paused.
const [folder, migrations, more = '0'] = process.argv.slice(2);
let last;
const spawn = spawnWithNode(() => join(import.meta.dirname, 'utilities/fake.mjs'));
const training = { epochs: 2, batchSize: 32, optimizer: 'adam', learningRate: 0.001 };
const studio = Studio.open({
  folder,
  migrations,
  appVersion: '0.0.0-test',
  owner: 'a test',
  architectures: [{ id: 'measures', inputs: ['image'], learns: 'target', fields: [], training }],
  spawnUtility: (kind) => (last = spawn(kind)),
});
const { version } = await studio.datasets.import({ paths: ['/data/quick'] }).result;
const request = { version, architecture: 'measures', architectureSettings: {}, ...training, seed: 1, device: 'cpu' };
const { run } = studio.runs.start(request);
const waiting = Array.from({ length: Number(more) }, () => studio.runs.start(request).run);
if (waiting.length > 0) studio.runs.pause(waiting.at(-1));
while ((await studio.metrics.series([run])).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
console.log(JSON.stringify({ run, waiting, utility: last.pid }));
