import type { ErrorFacts } from './errors.ts';
import type { DeviceName } from './run.ts';

/** What this machine can compute on: what is known of each device, what a test of it measured, and what follows for a run. */

export const deviceNames = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const satisfies readonly DeviceName[];

/** Their own names, in any language. */
export const deviceTitles: Record<DeviceName, string> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
};

/** Kinds of net whose speed differs from device to device: mostly dense products, or mostly convolutions. */
export const families = ['mlp', 'cnn'] as const;
export type Family = (typeof families)[number];

const convolutional = /cnn|conv|net|vgg/;
export const familyOf = (architecture: string): Family => (convolutional.test(architecture) ? 'cnn' : 'mlp');

/** Why a device cannot be used, and how to change that. */
export const gaps = {
  other_platform: 'This kind of device does not exist on this operating system.',
  no_adapter: 'No graphics adapter was found in this machine.',
  webgpu_no_loader: 'The Vulkan loader is missing. Install it (Debian, Ubuntu: sudo apt install libvulkan1).',
  webgpu_no_driver:
    'No Vulkan driver is installed. Install the one of your graphics card: NVIDIA’s own driver, or for AMD and Intel the Mesa drivers (Debian, Ubuntu: sudo apt install mesa-vulkan-drivers).',
  webgpu_no_access:
    'The graphics card may not be used by this account. Add it to the group "render" (sudo usermod -aG render $USER) and log in again.',
  cuda_no_adapter: 'No NVIDIA graphics card was found in this machine.',
  cuda_no_driver:
    'There is an NVIDIA graphics card, but its driver is not loaded. Install NVIDIA’s driver and restart.',
  cuda_old_driver: 'NVIDIA’s driver is too old for CUDA 12. Install version 525 or newer and restart.',
  cuda_no_package: 'ONNX Runtime’s CUDA provider is not installed: it is a download of its own.',
  cuda_old_package: 'The CUDA provider that was downloaded is for an older ONNX Runtime. Get the one for this version.',
  cuda_no_libraries:
    'CUDA 12 is needed and was not found (a newer one alone does not serve). Install it from NVIDIA; with its apt repository: sudo apt install cuda-libraries-12-9 libcudnn9-cuda-12',
  cuda_no_cudnn:
    'cuDNN 9 for CUDA 12 is needed and was not found. Install it from NVIDIA; with its apt repository: sudo apt install libcudnn9-cuda-12',
} as const;
export type Gap = keyof typeof gaps;

/** What a download can fill: ONNX Runtime's CUDA provider. */
export const lacksProvider = (gap: Gap | null): boolean => gap === 'cuda_no_package' || gap === 'cuda_old_package';

/** What is known of a device before anything runs on it. */
export interface DeviceFacts {
  device: DeviceName;
  /** The processor's or graphics adapter's; null where it cannot be told. */
  name: string | null;
  /** Bytes: the machine's for the processor, else the adapter's; null where it cannot be told. */
  memory: number | null;
  driver: string | null;
  /** What is known to be missing. */
  gap: Gap | null;
}

export interface Speed {
  family: Family;
  threads: number;
  samplesPerSecond: number;
}

/** What a test of a device found. */
export interface DeviceTest {
  device: DeviceName;
  name: string | null;
  /** `missing`: it could not be opened, for a known reason. */
  status: 'passed' | 'failed' | 'missing';
  /** Null where it passed. */
  reason: ErrorFacts | null;
  speeds: Speed[];
  /** Of the updated weights from the processor's, as a share of the update; null where it did not come to that. */
  largestDifference: number | null;
  /** Milliseconds since 1970. */
  testedAt: number;
}

export interface DeviceReport extends DeviceFacts {
  /** `untested`: it opens and computes; no more is known. */
  status: 'untested' | DeviceTest['status'];
  /** Null for `untested` and `passed`. */
  reason: ErrorFacts | null;
  /** Of this very device, driver and runtime; null where there is none. */
  test: DeviceTest | null;
}

/** The others were never built for this operating system, and cannot even be asked. */
export const isOfThisSystem = ({ gap }: DeviceFacts): boolean => gap !== 'other_platform';

export const gapFacts = (gap: Gap): ErrorFacts => ({ code: gap, message: gaps[gap], details: [] });

/** More threads must be faster by this factor to be worth what they take from everything else. */
const worthMoreThreads = 1.05;

/** The thread count that was fastest for such nets; null where none was measured. */
export function bestSpeed(test: DeviceTest | undefined, family: Family): Speed | null {
  const measured = (test?.speeds ?? [])
    .filter((speed) => speed.family === family)
    .sort((a, b) => a.threads - b.threads);
  return measured.reduce<Speed | null>(
    (best, next) => (best === null || next.samplesPerSecond > best.samplesPerSecond * worthMoreThreads ? next : best),
    null,
  );
}

/** The fastest device that passed, for such nets; the processor where none did. */
export function fastestDevice(tests: readonly DeviceTest[], family: Family): DeviceName {
  let best: { device: DeviceName; rate: number } = { device: 'cpu', rate: 0 };
  for (const test of tests) {
    const rate = test.status === 'passed' ? (bestSpeed(test, family)?.samplesPerSecond ?? 0) : 0;
    if (rate > best.rate) best = { device: test.device, rate };
  }
  return best.device;
}
