import { describe, expect, it } from 'vitest';
import { batchBuffers, EpochOrder, Gatherer } from '../../src-main/runtime/batches.ts';
import { chooseStepsPerCall } from '../../src-main/runtime/steps-per-call.ts';

describe('epoch order', () => {
  it('visits every sample once, in an order that follows from seed and epoch', () => {
    const order = new EpochOrder(5, 100);
    order.begin(0);
    const first = [...order.order];
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    order.begin(1);
    expect([...order.order]).not.toEqual(first);

    const later = new EpochOrder(5, 100);
    later.begin(1);
    expect([...later.order]).toEqual([...order.order]);
    order.begin(0);
    expect([...order.order]).toEqual(first);
  });
});

describe('gathering', () => {
  it.each([
    ['short float rows, by loop', 3, Float32Array],
    ['long byte rows, by memcpy', 100, Uint8Array],
    ['long float rows', 40, Float32Array],
  ])('copies %s', (_, width, ArrayType) => {
    const x = new ArrayType(10 * width).map((_: number, i: number) => i % 251);
    const y = Int32Array.from({ length: 10 }, (_, i) => i);
    const samples = { count: 10, x, y };
    const into = batchBuffers(samples, 4);
    new Gatherer(samples).gather(Uint32Array.of(9, 3, 3, 0, 7), 1, 4, into);
    expect([...into.y]).toEqual([3, 3, 0, 7]);
    expect([...into.x.subarray(2 * width, 3 * width)]).toEqual([...x.subarray(0, width)]);
    expect([...into.x.subarray(3 * width)]).toEqual([...x.subarray(7 * width, 8 * width)]);
  });

  it('reads no sample behind the end of the order', () => {
    const samples = { count: 2, x: new Float32Array(4), y: new Int32Array(2) };
    const gather = () => new Gatherer(samples).gather(Uint32Array.of(1, 0), 1, 2, batchBuffers(samples, 2));
    expect(gather).toThrow(/Samples 1 to 3 of 2/);
  });

  it('takes rows from the middle of a larger buffer', () => {
    const all = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
    const samples = { count: 5, x: all.subarray(500, 1000), y: new Float32Array(5) };
    const into = batchBuffers(samples, 1);
    new Gatherer(samples).gather(Uint32Array.of(2), 0, 1, into);
    expect([...into.x]).toEqual([...all.subarray(700, 800)]);
  });
});

describe('steps per call', () => {
  const facts = { secondsPerStep: 0.001, fullBatchesPerEpoch: 1000, stepsLeft: 10_000, bytesPerBatch: 32 * 784 };
  it('fills about 50 ms', () => expect(chooseStepsPerCall(facts)).toBe(32));
  it('stays at one for slow steps', () => expect(chooseStepsPerCall({ ...facts, secondsPerStep: 0.03 })).toBe(1));
  it('is bounded', () => expect(chooseStepsPerCall({ ...facts, secondsPerStep: 1e-5, stepsLeft: 1e6 })).toBe(64));
  it('fits into an epoch', () => expect(chooseStepsPerCall({ ...facts, fullBatchesPerEpoch: 5 })).toBe(4));
  it('does not compile twice for a short run', () => expect(chooseStepsPerCall({ ...facts, stepsLeft: 100 })).toBe(1));
  it('keeps memory small', () => expect(chooseStepsPerCall({ ...facts, bytesPerBatch: 2 ** 24 })).toBe(4));
});
