import type { Input, TrainEstimate, TrainRequest } from '../../../src-main/shared/contract.ts';
import type { Forecast } from '../../../src-main/shared/forecast.ts';
import type { Studio } from '../../bridge/studio.ts';
import { Resource } from '../../state/resource.svelte.ts';

/** How long somebody must not have typed before it is asked. A forecast takes the machine for some seconds, so it waits longer. */
const quietMs = { estimate: 150, forecast: 800 };

/** What the net would be, and what training it would take. */
export class Foresight {
  #studio: Studio;
  readonly estimate = new Resource<TrainEstimate>();
  /** Null while it is not known. */
  readonly forecast = new Resource<Forecast>();
  #estimateTimer: ReturnType<typeof setTimeout> | undefined;
  #forecastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(through: Studio) {
    this.#studio = through;
  }

  /** Of the net. `null`: of none. `undefined`: what is there stays. */
  reckon(input: Input<'train.estimate'> | null | undefined): void {
    clearTimeout(this.#estimateTimer);
    if (input === null) this.estimate.set(null);
    if (!input) return;
    this.#estimateTimer = setTimeout(
      () => void this.estimate.load(() => this.#studio.call('train.estimate', input)),
      quietMs.estimate,
    );
  }

  /** Of the run that `request` says when it comes to it, for which it trains for a moment. */
  foresee(request: (() => TrainRequest | null) | null): void {
    clearTimeout(this.#forecastTimer);
    if (!request) return this.forecast.set(null);
    this.#forecastTimer = setTimeout(() => {
      const asked = request();
      if (asked) void this.forecast.load(async () => (await this.#studio.call('train.forecast', asked))!);
    }, quietMs.forecast);
  }

  /** Nobody looks any more. */
  forget(): void {
    clearTimeout(this.#forecastTimer);
    if (this.forecast.pending) void this.#studio.call('train.forecast', null);
  }
}
