import type { DeviceTest } from '../../shared/device.ts';
import type { DeviceName } from '../../shared/run.ts';
import type { DevicesReport, ProviderOffer } from '../../shared/work/devices.ts';
import type { Devices } from '../devices.ts';
import type { Forecasts } from '../forecasts.ts';
import type { DeviceAsked } from '../train-settings.ts';
import type { Started } from '../work.ts';

/** What there is to train on. */
export class StudioDevices {
  readonly #devices: Devices;
  readonly #forecasts: Forecasts;

  constructor(devices: Devices, forecasts: Forecasts) {
    this.#devices = devices;
    this.#forecasts = forecasts;
  }

  /** Devices that were never tested are tried for a moment, in processes of their own. */
  survey(): Promise<DevicesReport> {
    return this.#devices.survey();
  }
  /** To be awaited before a run is started on device `auto`. */
  know(): Promise<void> {
    return this.#devices.know();
  }
  /** What `auto` and 0 threads stand for. */
  choose(architecture: string, asked: DeviceAsked): { device: DeviceName; threads: number } {
    return this.#devices.choose(architecture, asked);
  }
  test(): Promise<Started<DeviceTest[]>> {
    this.#forecasts.cancel();
    return this.#devices.test();
  }
  /** ONNX Runtime's CUDA provider, which is a download of its own: what it is, and getting it. */
  offerProvider(): Promise<ProviderOffer> {
    return this.#devices.offerProvider();
  }
  getProvider(): Promise<Started<ProviderOffer>> {
    return this.#devices.getProvider();
  }
}
