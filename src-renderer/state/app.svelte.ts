import type { AppInfo } from '../../src-main/shared/contract.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { locale } from '../words/locale.svelte.ts';
import { Resource } from './resource.svelte.ts';

/** Facts about this Atelier: version, workspace, runtime, and the devices found. */
export class App {
  #studio: Studio;
  #info = new Resource<AppInfo>();
  #doctor = new Resource<Awaited<ReturnType<App['askDoctor']>>>();

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get info(): AppInfo | null {
    return this.#info.value;
  }
  get error() {
    return this.#info.error;
  }
  get doctor() {
    return this.#doctor;
  }

  async load(): Promise<void> {
    const info = await this.#info.load(() => this.#studio.call('app.info'));
    if (info) locale.system = info.systemLocales;
  }
  askDoctor() {
    return this.#studio.call('app.doctor');
  }
  async examine(): Promise<void> {
    await this.#doctor.load(() => this.askDoctor());
  }
}

export const app = new App();
