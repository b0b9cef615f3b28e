import { getVersion } from '../../db/datasets.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { readSynonymsRef, synonymsRef, type SynonymList, type SynonymsRef } from '../../shared/augment/synonyms.ts';
import type { TrainEstimate, TrainRequest } from '../../shared/contract.ts';
import type { Forecast } from '../../shared/forecast.ts';
import { tokenizerRef, type TokenizerRef } from '../../shared/text.ts';
import type { Context } from '../context.ts';
import { estimateNet } from '../estimate.ts';
import type { Forecasts } from '../forecasts.ts';
import type { Reader } from '../reader.ts';

/** What is wanted before a run is started. */
export class StudioTraining {
  readonly #store: Context['store'];
  readonly #forecasts: Forecasts;
  readonly #reader: Reader;
  readonly #blobs: string;

  constructor({ store }: Pick<Context, 'store'>, forecasts: Forecasts, reader: Reader) {
    this.#store = store;
    this.#forecasts = forecasts;
    this.#reader = reader;
    this.#blobs = workspaceFiles.blobs(store.folder);
  }

  /** The net these settings give, before anything is trained. */
  estimate(request: Pick<TrainRequest, 'version' | 'architecture' | 'architectureSettings'>): TrainEstimate {
    const { manifest } = getVersion(this.#store, request.version);
    return estimateNet(manifest, request.architecture, request.architectureSettings);
  }
  /** What a run would take, found out by beginning it for a moment. The latest question counts: those before it are cancelled. */
  forecast(request: TrainRequest): Promise<Forecast> {
    return this.#forecasts.ask(request);
  }
  cancelForecast(): void {
    this.#forecasts.cancel();
  }

  /** Keeps a tokenizer.json: what its setting is to say. */
  async addTokenizer(path: string): Promise<TokenizerRef> {
    return tokenizerRef(await this.#reader.tokenizer(this.#blobs, path));
  }
  /** Keeps a list of synonyms: what its setting is to say. */
  async addSynonyms(path: string): Promise<SynonymsRef> {
    return synonymsRef(await this.#reader.keepSynonyms(this.#blobs, path));
  }
  /** What a list that was kept says. */
  synonyms(ref: SynonymsRef): Promise<SynonymList> {
    return this.#reader.synonyms(this.#blobs, readSynonymsRef(ref)!.blob);
  }
}
