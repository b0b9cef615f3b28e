// jax-js on its WebAssembly backend, both functions compiled. Reads `mlp <steps>`, answers seconds.
import { createInterface } from 'node:readline';
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';

const batch = Number(process.argv[2]);
const say = (line) => process.stdout.write(`${line}\n`);
await init('wasm');
defaultDevice('wasm');

const shapes = { w1: [784, 128], b1: [128], w2: [128, 10], b2: [10] };
const filled = (shape, value) => {
  const length = shape.reduce((a, b) => a * b);
  return np.array(Float32Array.from({ length }, value)).reshape(shape);
};
const values = (value) => Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, filled(shape, value)]));
let parameters = values((_, i) => 0.05 * Math.sin(i));
let first = values(() => 0);
let second = values(() => 0);

const lossOf = (p, x, y) => {
  const hidden = nn.relu(np.dot(x, p.w1).add(p.b1));
  const logits = np.dot(hidden, p.w2).add(p.b2);
  return nn
    .logSoftmax(logits, -1)
    .mul(y)
    .sum()
    .mul(-1 / batch);
};
const gradient = jit(valueAndGrad(lossOf));
const adam = jit((p, m, v, g) => {
  const m2 = tree.map((a, b) => a.mul(0.9).add(b.mul(0.1)), m, tree.ref(g));
  const v2 = tree.map((a, b) => a.mul(0.999).add(b.ref.mul(b).mul(0.001)), v, g);
  const move = (a, b, c) => a.sub(b.mul(1e-3).div(np.sqrt(c).add(1e-8)));
  return [tree.map(move, p, tree.ref(m2), tree.ref(v2)), m2, v2];
});

const pixels = Float32Array.from({ length: batch * 784 }, (_, i) => (Math.imul(i, 2654435761) >>> 24) / 255);
const classes = Float32Array.from({ length: batch * 10 }, (_, i) => (i % 10 === Math.floor(i / 10) % 10 ? 1 : 0));

function step() {
  const x = np.array(pixels).reshape([batch, 784]);
  const y = np.array(classes).reshape([batch, 10]);
  const [loss, g] = gradient(tree.ref(parameters), x, y);
  [parameters, first, second] = adam(parameters, first, second, g);
  return loss.js();
}

say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const steps = Number(line.split(' ')[1]);
  const start = performance.now();
  for (let i = 0; i < steps; i++) step();
  say((performance.now() - start) / 1000);
}
