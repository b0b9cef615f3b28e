import { describe, expect, it } from 'vitest';
import { bestSpeed, familyOf, fastestDevice, type DeviceTest } from '../../src-main/shared/device.ts';

const test = (device: DeviceTest['device'], change: Partial<DeviceTest> = {}): DeviceTest => ({
  device,
  name: null,
  status: 'passed',
  reason: null,
  speeds: [],
  largestDifference: 0,
  testedAt: 1,
  ...change,
});
const cpu = test('cpu', {
  speeds: [
    { family: 'mlp', threads: 2, samplesPerSecond: 104 },
    { family: 'mlp', threads: 1, samplesPerSecond: 100 },
    { family: 'cnn', threads: 1, samplesPerSecond: 10 },
    { family: 'cnn', threads: 2, samplesPerSecond: 19 },
    { family: 'cnn', threads: 4, samplesPerSecond: 12 },
  ],
});
const gpu = test('webgpu', {
  speeds: [
    { family: 'mlp', threads: 1, samplesPerSecond: 50 },
    { family: 'cnn', threads: 1, samplesPerSecond: 90 },
  ],
});

describe('the best thread count', () => {
  it('is the fastest one', () => expect(bestSpeed(cpu, 'cnn')).toMatchObject({ threads: 2, samplesPerSecond: 19 }));
  it('is the smaller one where the larger gains next to nothing', () => expect(bestSpeed(cpu, 'mlp')?.threads).toBe(1));
  it('is unknown where nothing was measured', () => {
    expect(bestSpeed(undefined, 'mlp')).toBeNull();
    expect(bestSpeed(test('cuda'), 'mlp')).toBeNull();
  });
});

describe('the automatic device', () => {
  it('is the fastest for that kind of net', () => {
    expect(fastestDevice([cpu, gpu], 'mlp')).toBe('cpu');
    expect(fastestDevice([cpu, gpu], 'cnn')).toBe('webgpu');
  });
  it.each(['failed', 'missing'] as const)('is never one that %s', (status) =>
    expect(fastestDevice([cpu, { ...gpu, status }], 'cnn')).toBe('cpu'),
  );
  it('is the processor where nothing was tested, or nothing could be measured', () => {
    expect(fastestDevice([], 'cnn')).toBe('cpu');
    expect(fastestDevice([test('webgpu')], 'cnn')).toBe('cpu');
  });
  it.each([
    ['mlp', 'mlp'],
    ['cnn', 'cnn'],
    ['cnn1d', 'cnn'],
    ['resnet', 'cnn'],
    ['mobilenet', 'cnn'],
    ['transformer', 'mlp'],
    ['rnn', 'mlp'],
  ])('goes for %s by what %s nets did', (architecture, family) => expect(familyOf(architecture)).toBe(family));
});
