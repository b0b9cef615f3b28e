import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { asModel } from '../../src-main/autodiff/phases/9-package.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { filled, tensor } from '../../src-main/onnx/tensors.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { Random } from '../../src-main/shared/random.ts';
import { atelier, done } from '../support/built-cli.ts';
import { repository, tempFolder } from '../support/temp-workspace.ts';

/** x [batch, 2] → dense 8 → batch normalization → tanh → dense 2, as another program might have exported it. */
function writeForward(folder: string, change: (g: GraphBuilder, x: Value) => Value = (_, x) => x): string {
  const g = new GraphBuilder('elsewhere');
  const random = new Random(5);
  const normal = (...shape: number[]) =>
    tensor(
      'float',
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    );
  g.input('x', 'float', ['batch', 2]);
  const dense = (x: Value, name: string, from: number, to: number) =>
    g.op('Gemm', [x, g.initializer(`${name}.weight`, normal(to, from)), g.initializer(`${name}.bias`, normal(to))], {
      transB: 1,
    });
  const vector = (name: string, value: number) => g.initializer(`norm.${name}`, filled('float', [8], value));
  const statistics = [vector('weight', 1), vector('bias', 0), vector('running_mean', 0), vector('running_var', 1)];
  const hidden = g.op('Tanh', [g.op('BatchNormalization', [dense('x', 'fc1', 2, 8), ...statistics])]);
  const logits = change(g, dense(hidden, 'fc2', 8, 2));
  g.output(logits);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'forward.onnx');
  writeFileSync(path, writeModel(asModel(g.finish(), 18)));
  return path;
}

interface Port {
  name: string;
  role: string;
  type: 'float32' | 'int32';
  shape: (number | string)[];
}
interface Carried extends Port {
  input: string;
  output: string;
  initial?: number;
  initialFile?: string;
}
interface Contract {
  inputs: Port[];
  parameters: Carried[];
  state: Carried[];
  outputs: Port[];
  nodes: number;
}

/** What any program does with the step: only the files and ONNX Runtime. Returns the losses. */
async function drive(folder: string, calls: number, steps: number): Promise<number[]> {
  const contract = JSON.parse(readFileSync(join(folder, 'step.json'), 'utf8')) as Contract;
  const session = await ort.InferenceSession.create(join(folder, 'step.onnx'));
  const size = (shape: (number | string)[]) => shape.reduce<number>((a, b) => a * Number(b), 1);
  let carried = Object.fromEntries(
    [...contract.parameters, ...contract.state].map(({ input, shape, initial, initialFile }) => {
      const bytes = initialFile ? readFileSync(join(folder, initialFile)) : undefined;
      const data = bytes
        ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
        : new Float32Array(size(shape)).fill(initial!);
      return [input, new ort.Tensor('float32', data, shape as number[])];
    }),
  );
  const random = new Random(1);
  const losses: number[] = [];
  for (let call = 0; call < calls; call++) {
    const points = Array.from({ length: steps * 32 }, () => [random.normal(), random.normal()]);
    const lead = steps > 1 ? [steps] : [];
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name, role } of contract.inputs) {
      if (role === 'data') feeds[name] = new ort.Tensor('float32', Float32Array.from(points.flat()), [...lead, 32, 2]);
      if (role === 'target')
        feeds[name] = new ort.Tensor(
          'int32',
          Int32Array.from(points, ([a, b]) => Number(a * b > 0)),
          [...lead, 32],
        );
      if (role === 'learning_rate') feeds[name] = new ort.Tensor('float32', new Float32Array(steps).fill(0.02), lead);
    }
    const results = await session.run({ ...carried, ...feeds });
    carried = Object.fromEntries(
      [...contract.parameters, ...contract.state].map(({ input, output }) => [
        input,
        results[output] as ort.TypedTensor<'float32'>,
      ]),
    );
    const loss = contract.outputs.find(({ role }) => role === 'loss')!;
    losses.push(...(results[loss.name].data as Float32Array));
  }
  return losses;
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('atelier compile', () => {
  it('writes a step that any ONNX Runtime drives by its description alone', async () => {
    const folder = tempFolder();
    const forward = writeForward(folder);
    const { lines } = await done(folder, 'compile', forward, '--loss', 'cross-entropy', '--out', 'step.onnx', '--json');
    const contract = lines[0] as unknown as Contract;
    expect(lines).toHaveLength(1);
    expect(contract.inputs).toEqual([
      { name: 'x', role: 'data', type: 'float32', shape: ['batch', 2] },
      { name: 'target', role: 'target', type: 'int32', shape: ['batch'] },
      { name: 'learning_rate', role: 'learning_rate', type: 'float32', shape: [] },
    ]);
    expect(contract.parameters.map(({ name }) => name).sort()).toEqual([
      'fc1.bias',
      'fc1.weight',
      'fc2.bias',
      'fc2.weight',
      'norm.bias',
      'norm.weight',
    ]);
    const byName = Object.fromEntries(contract.state.map((state) => [state.name, state]));
    expect(byName['norm.running_mean']).toMatchObject({ kind: 'statistics', initial: 0, shape: [8] });
    expect(byName['norm.running_var']).toMatchObject({ kind: 'statistics', initial: 1 });
    expect(contract.outputs.map(({ role }) => role)).toEqual(['loss', 'correct', 'logits']);
    expect(contract.nodes).toBeGreaterThan(20);

    const losses = await drive(folder, 150, 1);
    expect(mean(losses.slice(-20))).toBeLessThan(0.5 * mean(losses.slice(0, 5)));
  });

  it('takes several batches a call, of the same losses', async () => {
    const folder = tempFolder();
    const forward = writeForward(folder);
    await done(folder, 'compile', forward, '--optimizer', 'nadam', '--out', 'step.onnx');
    const single = await drive(folder, 8, 1);
    await done(folder, 'compile', forward, '--optimizer', 'nadam', '--steps-per-call', '4', '--out', 'step.onnx');
    const four = await drive(folder, 2, 4);
    four.forEach((loss, i) => expect(loss).toBeCloseTo(single[i], 6));
  });

  it('is driven by the example in the README', async () => {
    const folder = tempFolder();
    await done(folder, 'compile', writeForward(folder), '--optimizer', 'adamw', '--out', 'step.onnx');
    const readme = readFileSync(join(repository, 'README.md'), 'utf8');
    const example = /runs this block\. -->\s*```js\n([^]*?)```/.exec(readme)![1];
    const batches = `const batches = Array.from({ length: 60 }, (_, i) => {
      const points = Array.from({ length: 64 }, (_, k) => Math.sin(97 * i + k * k));
      const labels = Array.from({ length: 32 }, (_, k) => Number(points[2 * k] > points[2 * k + 1]));
      return { x: new ort.Tensor('float32', points, [32, 2]), target: new ort.Tensor('int32', labels, [32]) };
    });`;
    writeFileSync(join(folder, 'drive.mjs'), example.replace('for (const { x, target }', `${batches}\n$&`));
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    const losses = execFileSync(process.execPath, ['drive.mjs'], { cwd: folder, encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
    expect(losses).toHaveLength(60);
    expect(mean(losses.slice(-10))).toBeLessThan(0.7 * mean(losses.slice(0, 5)));
  });

  it('trains what it is told to', async () => {
    const folder = tempFolder();
    const forward = writeForward(folder);
    const { lines } = await done(folder, 'compile', forward, '--trainable', '^fc2', '--out', 'step.onnx', '--json');
    expect((lines[0] as unknown as Contract).parameters.map(({ name }) => name)).toEqual(['fc2.weight', 'fc2.bias']);
  });

  const failures: [string, (folder: string) => string[], string, RegExp, number][] = [
    ['no file', () => ['nowhere.onnx'], 'no_such_file', /nowhere\.onnx/, 1],
    [
      'no protobuf',
      (folder) => {
        writeFileSync(join(folder, 'broken.onnx'), Buffer.from('this is not a model at all'));
        return ['broken.onnx'];
      },
      'invalid_model',
      /./,
      1,
    ],
    [
      'an output that is not there',
      (folder) => [writeForward(folder), '--output', 'nothing'],
      'invalid_model',
      /"nothing".*"Gemm_2"/,
      1,
    ],
    [
      'a pattern that matches nothing',
      (folder) => [writeForward(folder), '--trainable', 'encoder'],
      'no_parameters',
      /encoder.*fc1\.weight/,
      1,
    ],
    [
      'a pattern that is none',
      (folder) => [writeForward(folder), '--trainable', '('],
      'bad_arguments',
      /--trainable/,
      2,
    ],
    [
      'an unknown setting',
      (folder) => [writeForward(folder), '--set', 'loss.smoothing=1'],
      'bad_arguments',
      /loss\.labelSmoothing/,
      2,
    ],
    [
      'a setting out of range',
      (folder) => [writeForward(folder), '--set', 'loss.labelSmoothing=3'],
      'invalid_options',
      /labelSmoothing=3/,
      1,
    ],
    [
      'a path that is not differentiable',
      (folder) => [writeForward(folder, (g, x) => g.op('Hardmax', [x]))],
      'not_differentiable',
      /Hardmax "Hardmax"/,
      1,
    ],
  ];
  it.each(failures)('refuses %s, and writes nothing', async (_, words, code, message, exit) => {
    const folder = tempFolder();
    mkdirSync(folder, { recursive: true });
    const ended = await atelier(folder, 'compile', ...words(folder), '--out', 'step.onnx');
    expect(ended.stderr).toMatch(new RegExp(`^error: ${code}: `));
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(exit);
    expect(() => readFileSync(join(folder, 'step.onnx'))).toThrow(/ENOENT/);
  });
});
