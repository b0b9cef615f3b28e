import { basename } from 'node:path';
import { getDataset } from '../../db/datasets.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { FoundMarks } from '../../shared/said.ts';
import type { LabellingId, VersionId } from '../../shared/ids.ts';
import type { LabelOutcome } from '../../shared/labels.ts';
import type { DataExportResult } from '../../shared/work/export-data.ts';
import type { ImportKind } from '../../shared/work/import.ts';
import type { Context } from '../context.ts';
import { withNewest } from '../originals.ts';
import type { Started } from '../work.ts';
import { markExport, type LabelExport } from './export.ts';
import { labelOfLine, samplesOfLines } from './import-labels.ts';
import { takeMarks } from './import-marks.ts';
import type { Logs } from './logs.ts';
import type { LabelReader } from './opening.ts';
import { requireClasses, requireMarks, requireSamplesOf } from './requirements.ts';
import type { GiveLabels } from './said.ts';

interface Acts {
  give: GiveLabels;
  classesNamed(id: LabellingId, names: readonly string[]): Promise<Map<string, number>>;
}

/** Labels and marks that go out as files of other programs, and come in from them. */
export class LabelFiles {
  readonly #context: Context;
  readonly #logs: Logs;
  readonly #reader: LabelReader;
  readonly #acts: Acts;

  constructor(context: Context, logs: Logs, reader: LabelReader, acts: Acts) {
    this.#context = context;
    this.#logs = logs;
    this.#reader = reader;
    this.#acts = acts;
  }

  /** Writes what is marked in samples in another program's form, into a folder that is absent or empty. */
  async exportMarks(
    id: LabellingId,
    version: VersionId,
    { out, ...how }: LabelExport & { out: string },
  ): Promise<Started<DataExportResult>> {
    const { store, queue } = this.#context;
    const log = this.#logs.get(id);
    requireSamplesOf(store, log, version);
    const params = await this.#logs.inTurn(() => markExport(store, log, version, how));
    const { dataset } = log;
    const title = getDataset(store, dataset).summary.name;
    return queue.submit({ kind: 'export-data', title, dataset, params: { ...params, out } });
  }

  /** Takes what a file of labels or judgements says of samples, as one edit, whatever was said of them. Classes that are not there are made. */
  async importLabels(id: LabellingId, version: VersionId, path: string): Promise<LabelOutcome> {
    const { store } = this.#context;
    const log = this.#logs.get(id);
    requireClasses(log);
    requireSamplesOf(store, log, version);
    const lines = await this.#reader.labelFile(path, log.kind);
    const samples = await samplesOfLines(store, version, lines);
    const ids = await this.#acts.classesNamed(
      id,
      lines.flatMap(({ labels }) => labels),
    );
    const given = new Map(lines.map((line, i) => [samples[i], labelOfLine(line, ids)]));
    return this.#acts.give(id, `file:${basename(path)}`, given, () => true);
  }

  /** Takes what files of annotations say of samples, in the place of what was marked in them. Classes that are not there are made. */
  async importMarks(
    id: LabellingId,
    version: VersionId,
    paths: string[],
    format?: ImportKind,
  ): Promise<LabelOutcome & { found: Omit<FoundMarks, 'samples'> }> {
    const { store } = this.#context;
    const log = this.#logs.get(id);
    requireSamplesOf(store, log, version);
    const kind = requireMarks(log);
    const blobs = workspaceFiles.blobs(store.folder);
    const { samples, ...found } = await this.#reader.matchMarks({
      blobs,
      ...withNewest(store, version),
      kind,
      paths,
      format,
    });
    const ids = await this.#acts.classesNamed(id, found.classes);
    const who = `file:${basename(paths[0])}`;
    const outcome = await this.#logs.inTurn(() => takeMarks(this.#logs, log, who, { samples }, ids));
    return { ...outcome, found };
  }
}
