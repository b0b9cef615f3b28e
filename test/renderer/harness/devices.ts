import { gapFacts, type DeviceReport, type DeviceTest, type Family } from '../../../src-main/shared/device.ts';

const tested = (device: 'cpu' | 'webgpu', name: string, rates: [Family, number, number][]): DeviceTest => ({
  device,
  name,
  status: 'passed',
  reason: null,
  speeds: rates.map(([family, threads, samplesPerSecond]) => ({ family, threads, samplesPerSecond })),
  largestDifference: device === 'cpu' ? 0 : 2.7e-6,
  testedAt: Date.now() - 26 * 60_000,
});

/** One device of each state that a person meets. */
export const devices: DeviceReport[] = [
  {
    device: 'cpu',
    name: 'AMD Ryzen 7 7840U',
    memory: 32 * 2 ** 30,
    driver: null,
    gap: null,
    status: 'passed',
    reason: null,
    test: tested('cpu', 'AMD Ryzen 7 7840U', [
      ['mlp', 1, 121_400],
      ['mlp', 4, 122_900],
      ['cnn', 1, 4_310],
      ['cnn', 4, 11_870],
    ]),
  },
  {
    device: 'webgpu',
    name: 'NVIDIA GeForce RTX 4070 Laptop GPU',
    memory: 8 * 2 ** 30,
    driver: 'nvidia 550.54.14',
    gap: null,
    status: 'passed',
    reason: null,
    test: tested('webgpu', 'NVIDIA GeForce RTX 4070 Laptop GPU', [
      ['mlp', 1, 38_200],
      ['cnn', 1, 96_500],
    ]),
  },
  {
    device: 'cuda',
    name: 'NVIDIA GeForce RTX 4070 Laptop GPU',
    memory: 8 * 2 ** 30,
    driver: 'nvidia 550.54.14',
    gap: 'cuda_no_package',
    status: 'missing',
    reason: gapFacts('cuda_no_package'),
    test: null,
  },
  {
    device: 'dml',
    name: 'AMD Radeon 780M',
    memory: 4 * 2 ** 30,
    driver: '31.0.24027.1012',
    gap: null,
    status: 'failed',
    reason: {
      code: 'device_crashed',
      message: 'It crashed: the process that tried it ended with exit code 3221225477.',
      details: ['[E:onnxruntime] Some nodes were not assigned', 'amdxc64.dll: access violation'],
    },
    test: null,
  },
];
