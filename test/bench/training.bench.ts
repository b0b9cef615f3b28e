// Steps per second against PyTorch on the same models and batches, from uint8 pixels or token ids to updated weights. The two
// take turns, so that what else the machine does hits both; ratios are per turn, above 1 ours is faster. The last table takes
// each side at the number of threads that suits it best.
//   npm run bench -- training            BENCH_TURNS=7 BENCH_THREADS=1,2 BENCH_MODELS=cnn,lstm
// PyTorch is installed from Debian's packages where that is possible, TensorFlow.js and jax-js from npm; without them only our own
// numbers are printed.

import { models } from './models.ts';
import { inJavaScript, pytorch } from './peer.ts';
import { openTrainer } from './trainer.ts';

const turns = Number(process.env.BENCH_TURNS ?? 5);
const threadCounts = (process.env.BENCH_THREADS ?? '1,2').split(',').map(Number);
const chosen = models.filter(({ name }) => process.env.BENCH_MODELS?.split(',').includes(name) ?? true);

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Per model, the best median rate of each side over the thread counts. */
const best = new Map<string, { ours: number; theirs: number }>();

for (const threads of threadCounts) {
  const peer = await pytorch(threads);
  for (const model of chosen) {
    const { name, steps, stepsPerCall } = model;
    const train = await openTrainer(model, threads);
    await train(stepsPerCall > 1 ? stepsPerCall : 4);
    await peer?.train(name, 4);
    const rates: number[] = [];
    const theirs: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      rates.push(steps / (await train(steps)));
      if (peer) theirs.push(steps / (await peer.train(name, steps)));
    }
    const ratios = theirs.map((rate, turn) => rates[turn] / rate);
    const against = peer
      ? `  ${median(ratios).toFixed(2)}x PyTorch (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`
      : '';
    const what = `${name}, ${threads} thread${threads > 1 ? 's' : ''}, ${stepsPerCall} step${stepsPerCall > 1 ? 's' : ''} a call`;
    console.log(`${what.padEnd(36)} ${median(rates).toFixed(1).padStart(7)} steps/s${against}`);
    const before = best.get(name) ?? { ours: 0, theirs: 0 };
    best.set(name, {
      ours: Math.max(before.ours, median(rates)),
      theirs: peer ? Math.max(before.theirs, median(theirs)) : 0,
    });
  }
  peer?.end();
}
if ([...best.values()].some(({ theirs }) => theirs > 0)) {
  console.log('\neach side at its better thread count');
  for (const [name, { ours: mine, theirs }] of best) {
    console.log(`${name.padEnd(36)} ${mine.toFixed(1).padStart(7)} steps/s  ${(mine / theirs).toFixed(2)}x PyTorch`);
  }
}

// What else trains in JavaScript, at one thread.
for (const name of ['tfjs', 'jax'] as const) {
  const peer = await inJavaScript(name);
  for (const model of chosen.filter(({ name: each }) => peer?.models?.includes(each))) {
    await peer!.train(model.name, 4);
    const train = await openTrainer(model, 1);
    await train(model.stepsPerCall);
    const ratios: number[] = [];
    const few = 32;
    for (let turn = 0; turn < turns; turn++) {
      const ours = model.steps / (await train(model.steps));
      ratios.push((ours * (await peer!.train(model.name, few))) / few);
    }
    const range = `${Math.min(...ratios).toFixed(0)}–${Math.max(...ratios).toFixed(0)}`;
    console.log(`${model.name}, 1 thread: ${median(ratios).toFixed(0)}x ${name} (${range})`);
  }
  peer?.end();
}
