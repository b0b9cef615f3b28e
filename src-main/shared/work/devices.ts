import type { DeviceFacts, DeviceReport, Gap } from '../device.ts';
import type { DevicesFound } from '../reading.ts';
import type { DeviceName } from '../run.ts';

/** One process tests what it is given; the owner gives each device one of its own, since a native crash takes the process along. */
export interface SelfTestParams {
  devices: DeviceFacts[];
  /** Only whether it opens and computes at all. */
  quick?: boolean;
  /** The processor's thread counts to measure. */
  threads: number[];
}

/** ONNX Runtime's CUDA provider, which is a download of its own. */
export interface ProviderParams {
  /** Where it goes: one for each version of the runtime. */
  folder: string;
  /** False: only tells what would be done. */
  install: boolean;
}

export interface ProviderOffer {
  version: string;
  /** To download. */
  bytes: number;
  /** Of these, there already. */
  have: number;
  /** Where it comes from. */
  host: string;
  folder: string;
  /** All of it is there, and as it came. */
  installed: boolean;
  /** What CUDA lacks besides: NVIDIA's own libraries. */
  lacks: Gap | null;
}

export interface DevicesReport extends Omit<DevicesFound, 'found'> {
  /** Those that can be trained on. */
  providers: DeviceName[];
  devices: DeviceReport[];
}
