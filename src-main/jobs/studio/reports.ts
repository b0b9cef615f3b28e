import { getDataset, getVersion } from '../../db/datasets.ts';
import { getRun } from '../../db/runs.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { Manifest } from '../../shared/dataset.ts';
import type { VersionId } from '../../shared/ids.ts';
import type { LeakQuestion, LeakReport } from '../../shared/leaks.ts';
import type { PredictionReport } from '../../shared/object-scores.ts';
import type { AnonymityReport, PrivacyReport } from '../../shared/privacy.ts';
import type { Profile } from '../../shared/profile.ts';
import type { QualityReport } from '../../shared/quality.ts';
import type { ScoreParams } from '../../shared/work/judge.ts';
import type { Context } from '../context.ts';
import { leakParams, qualityParams, type QualityRequest } from '../quality.ts';
import type { Reader } from '../reader.ts';
import type { Started } from '../work.ts';

/** What can be said of a version as a whole. */
export class StudioReports {
  readonly #context: Pick<Context, 'store' | 'events' | 'queue'>;
  readonly #reader: Reader;
  readonly #blobs: string;

  constructor(context: Pick<Context, 'store' | 'events' | 'queue'>, reader: Reader) {
    this.#context = context;
    this.#reader = reader;
    this.#blobs = workspaceFiles.blobs(context.store.folder);
  }

  profile(version: VersionId): Promise<Profile> {
    return this.#reader.profile(this.#blobs, this.#manifest(version), (steps) =>
      this.#context.events.emit({ type: 'profile', version, ...steps }),
    );
  }
  async stopProfile(version: VersionId): Promise<null> {
    await this.#reader.stopProfile(this.#blobs, this.#manifest(version));
    return null;
  }
  /** Which columns hold personal data. */
  privacy(version: VersionId): Promise<PrivacyReport> {
    return this.#reader.privacy(this.#blobs, this.#manifest(version));
  }
  /** How many rows share their values in these columns with fewer than `wanted` in all. */
  anonymity(version: VersionId, columns: string[], wanted: number): Promise<AnonymityReport> {
    return this.#reader.anonymity(this.#blobs, this.#manifest(version), columns, wanted);
  }
  /** What is on both sides of a version's split. */
  leaks(version: VersionId, question: LeakQuestion = {}): Started<LeakReport> {
    const { store, queue } = this.#context;
    const params = leakParams(store, store.folder, version, question);
    return queue.submit({ kind: 'leaks', ...this.#datasetOf(version), params });
  }
  /** Scores predictions in a file or folder by what is marked in a version; of one split, or of all. */
  scores(version: VersionId, how: Pick<ScoreParams, 'path' | 'split'>): Started<PredictionReport> {
    const params = { blobs: this.#blobs, manifest: this.#manifest(version), ...how };
    return this.#context.queue.submit({ kind: 'score', ...this.#datasetOf(version), params });
  }
  /** What a run says of the samples of its version. */
  quality(request: QualityRequest): Started<QualityReport> {
    const { store, queue } = this.#context;
    const { name } = getRun(store, request.run);
    const params = qualityParams(store, store.folder, request);
    return queue.submit({ kind: 'quality', title: name, run: request.run, params });
  }

  #manifest(version: VersionId): Manifest {
    return getVersion(this.#context.store, version).manifest;
  }
  #datasetOf(version: VersionId) {
    const { store } = this.#context;
    const { dataset } = getVersion(store, version);
    return { title: getDataset(store, dataset).summary.name, dataset };
  }
}
