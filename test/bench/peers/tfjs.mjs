// TensorFlow.js on its WebAssembly backend, which has no gradient of convolutions; its plain one takes ten seconds a step for those.
// Reads `mlp <steps>`, answers seconds.
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';

// It says hello and warns on the console, where only numbers belong.
console.log = console.info = console.warn = () => {};
const tf = await import('@tensorflow/tfjs');
const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');

const batch = Number(process.argv[2]);
const say = (line) => process.stdout.write(`${line}\n`);
const require = createRequire(import.meta.url);
setWasmPaths(path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
setThreadsCount(1);
await tf.setBackend('wasm');

const { dense, flatten } = tf.layers;
const mlp = tf.sequential({
  layers: [flatten({ inputShape: [28, 28, 1] }), dense({ units: 128, activation: 'relu' }), dense({ units: 10 })],
});
const optimizer = tf.train.adam(1e-3);
const pixels = Uint8Array.from({ length: batch * 784 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
const classes = Int32Array.from({ length: batch }, (_, i) => i % 10);

const step = () =>
  tf.tidy(() => {
    const x = tf.tensor(pixels, [batch, 28, 28, 1], 'int32').toFloat().div(255);
    const y = tf.oneHot(tf.tensor1d(classes, 'int32'), 10);
    const cost = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, mlp.apply(x, { training: true })), true);
    return cost.dataSync()[0];
  });

say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const steps = Number(line.split(' ')[1]);
  const start = performance.now();
  for (let i = 0; i < steps; i++) step();
  say((performance.now() - start) / 1000);
}
