// The contract that every gradient rule is held to: what the compiled graph says in ONNX Runtime must agree with central
// finite differences of a float64 reference, for every element of every input, on every device's lowering.

import { expect } from 'vitest';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { isFloatType, tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Graph, Shape, Tensor } from '../../src-main/onnx/types.ts';
import { differentiate } from '../../src-main/autodiff/phases/5-differentiate.ts';
import { lower } from '../../src-main/autodiff/phases/8-lower.ts';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { asModel, nameOutputs } from '../../src-main/autodiff/phases/9-package.ts';
import { withOutputs } from '../../src-main/onnx/graph.ts';
import type { Device } from '../../src-main/autodiff/types.ts';
import { Random } from '../../src-main/shared/random.ts';
import { type Array64, array, evaluateGraph, fromTensor, independentOf } from './reference.ts';
import { devices as allDevices, runModel } from './run-model.ts';

export interface InputCase {
  readonly shape: readonly number[];
  readonly type?: DataType;
  /** Left out: normal numbers. Ties and kinks are made by hand. */
  readonly values?: readonly number[];
  /** For domains: log and sqrt want positive numbers. */
  readonly map?: (x: number) => number;
  /** The declared shape, where some size is only known when the graph runs. */
  readonly declared?: Shape;
}

export interface GradientCase {
  readonly inputs: Readonly<Record<string, InputCase>>;
  build(g: GraphBuilder, inputs: Readonly<Record<string, Value>>): Value;
  /** Inputs to differentiate by; all float ones when left out. */
  readonly wrt?: readonly string[];
  /** Relative to the largest entry of a gradient. */
  readonly tolerance?: number;
  readonly devices?: readonly Device[];
  readonly seed?: number;
  /** Of the model that is run; 18 when left out. */
  readonly opset?: number;
}

interface Prepared {
  readonly graph: Graph;
  readonly output: Value;
  readonly loss: Value;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly wrt: readonly string[];
}

const same = (x: number): number => x;

function prepare({ inputs, build, wrt, seed = 1 }: GradientCase): Prepared {
  const random = new Random(seed);
  const g = new GraphBuilder('case');
  const feeds: Record<string, Tensor> = {};
  for (const [name, { shape, type = 'float', values, map = same, declared }] of Object.entries(inputs)) {
    const length = shape.reduce((a, b) => a * b, 1);
    feeds[name] = tensor(type, shape, values ?? Array.from({ length }, () => map(random.normal())));
    g.input(name, type, declared ?? shape);
  }
  const output = build(g, Object.fromEntries(Object.keys(inputs).map((name) => [name, name])));
  // loss = Σ output·weights: every output element counts, each differently.
  const before = g.finish();
  const reference = evaluateGraph(before, references(feeds)).get(output)!;
  const weights = g.constant(
    tensor(
      'float',
      reference.shape,
      Array.from(reference.data, () => random.normal()),
    ),
  );
  const loss = g.reduceSum(
    g.mul(output, weights),
    reference.shape.map((_, axis) => axis),
    false,
  );
  g.output(loss);
  const float = Object.keys(inputs).filter((name) => isFloatType(inputs[name].type ?? 'float'));
  return { graph: g.finish(), output, loss, feeds, wrt: wrt ?? float };
}

const references = (feeds: Readonly<Record<string, Tensor>>): Map<string, Array64> =>
  new Map(Object.entries(feeds).map(([name, value]) => [name, fromTensor(value)]));

/** ∂loss/∂input by central differences, one element at a time. */
function finiteDifferences({ graph, loss, feeds }: Prepared, name: string): Float64Array {
  const fed = references(feeds);
  const kept = independentOf(graph, name);
  const values = new Map(fed);
  for (const [key, value] of evaluateGraph(graph, fed)) if (kept.has(key)) values.set(key, value);
  const center = fed.get(name)!;
  const at = (index: number, x: number): number => {
    const moved = Float64Array.from(center.data);
    moved[index] = x;
    return evaluateGraph(graph, new Map([...values, [name, array(center.shape, moved)]])).get(loss)!.data[0];
  };
  return Float64Array.from(center.data, (x, index) => {
    const h = 1e-5 * Math.max(1, Math.abs(x));
    return (at(index, x + h) - at(index, x - h)) / (2 * h);
  });
}

/** The compiled gradients, run in ONNX Runtime. */
export async function compiledGradients(test: GradientCase, device: Device): Promise<Record<string, Tensor>> {
  const prepared = prepare(test);
  const { graph, gradients } = differentiate(prepared.graph, prepared.loss, prepared.wrt);
  const outputs = [prepared.output, ...prepared.wrt.map((name) => gradients.get(name)!)];
  const lean = simplify(lower(simplify(withOutputs(graph, outputs)), device));
  const names = ['output', ...prepared.wrt.map((name) => `d.${name}`)];
  const used = lean.inputs.map(({ name }) => name);
  const feeds = Object.fromEntries(Object.entries(prepared.feeds).filter(([name]) => used.includes(name)));
  return runModel(asModel(nameOutputs(lean, names), test.opset ?? 18), feeds, device);
}

export function expectClose(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, what).toBe(wanted.length);
  const scale = Math.max(1e-3, ...Array.from(wanted, Math.abs));
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(actual[i] - wanted[i]) / scale;
    if (!(error <= tolerance)) {
      expect.fail(
        `${what}[${i}]: ${actual[i]} instead of ${wanted[i]} (error ${error.toExponential(1)} of ${scale.toPrecision(3)})`,
      );
    }
  }
}

/** The pooling, convolution and masking gradients differ by device: both spellings are run (on the CPU). */
export async function checkGradient(test: GradientCase): Promise<void> {
  const { tolerance = 2e-5 } = test;
  const devices = test.devices ?? allDevices;
  const prepared = prepare(test);
  const forward = evaluateGraph(prepared.graph, references(prepared.feeds)).get(prepared.output)!;
  const wanted = Object.fromEntries(prepared.wrt.map((name) => [name, finiteDifferences(prepared, name)]));
  for (const device of devices) {
    const results = await compiledGradients(test, device);
    expect([...results.output.shape], `output shape, ${device}`).toEqual([...forward.shape]);
    expectClose(results.output.data as Float32Array, forward.data, tolerance, `output, ${device}`);
    for (const name of prepared.wrt) {
      const gradient = results[`d.${name}`];
      expect([...gradient.shape], `shape of d${name}, ${device}`).toEqual([...test.inputs[name].shape]);
      expectClose(gradient.data as Float32Array, wanted[name], tolerance, `d${name}, ${device}`);
    }
  }
}
