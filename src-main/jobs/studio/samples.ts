import { getVersion } from '../../db/datasets.ts';
import { getLabelling } from '../../db/labellings.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { PlayedSound, SpectrogramPreview } from '../../shared/audio.ts';
import type { Input, SpectrogramQuery } from '../../shared/contract.ts';
import type { Manifest, OriginalImage, SamplePage, SampleQuery } from '../../shared/dataset.ts';
import type { LabellingId, VersionId } from '../../shared/ids.ts';
import type { Context } from '../context.ts';
import { audioOptions } from '../estimate.ts';
import { writeJudged, type JudgedExport } from '../labels/judged-file.ts';
import type { Labels } from '../labels/labels.ts';
import * as originals from '../originals.ts';
import type { Reader } from '../reader.ts';

/** What is in a version, sample by sample. */
export class StudioSamples {
  readonly #store: Context['store'];
  readonly #labels: Labels;
  readonly #reader: Reader;
  readonly #blobs: string;

  constructor({ store }: Pick<Context, 'store'>, labels: Labels, reader: Reader) {
    this.#store = store;
    this.#labels = labels;
    this.#reader = reader;
    this.#blobs = workspaceFiles.blobs(store.folder);
  }

  page(query: SampleQuery): Promise<SamplePage> {
    return this.#reader.samples(this.#blobs, this.#manifest(query.version), query);
  }
  /** These samples of a version, in this order; at most 500. */
  pick(version: VersionId, samples: number[]): Promise<SamplePage> {
    return this.#reader.pick(this.#blobs, this.#manifest(version), samples);
  }
  /** How many of a version's samples that meet a filter are in each of these bars. */
  bars({ version, filter, bars }: Input<'datasets.bars'>): Promise<number[][]> {
    return this.#reader.bars(this.#blobs, this.#manifest(version), filter, bars);
  }
  /** Gives up what is being read of a version. */
  async stop(version: VersionId): Promise<null> {
    await this.#reader.stopSamples(this.#blobs, this.#manifest(version));
    return null;
  }
  /** An image's own file, where it was kept. */
  original(version: VersionId, sample: number): Promise<OriginalImage> {
    const { manifest, newest } = originals.withNewest(this.#store, version);
    return this.#reader.original(this.#blobs, manifest, sample, newest);
  }
  /** A sound, to be played. */
  sound(version: VersionId, sample: number): Promise<PlayedSound> {
    return this.#reader.sound(this.#blobs, this.#manifest(version), sample);
  }
  /** A few sounds as a net with these settings sees them. */
  spectrograms({
    version,
    architecture,
    architectureSettings,
    samples,
  }: SpectrogramQuery): Promise<SpectrogramPreview> {
    const options = audioOptions(architecture, architectureSettings);
    return this.#reader.spectrograms(this.#blobs, this.#manifest(version), options, samples);
  }
  /** Writes judgements with what was judged; how many there are. Throws `kind_unfit`, `other_samples`. */
  async exportJudged(labelling: LabellingId, version: VersionId, how: JudgedExport): Promise<number> {
    this.#labels.requireSamplesOf(labelling, version);
    const judged = getLabelling(this.#store, labelling);
    return writeJudged(this.#store, this.#blobs, this.#reader, judged, version, how);
  }

  #manifest(version: VersionId): Manifest {
    return getVersion(this.#store, version).manifest;
  }
}
