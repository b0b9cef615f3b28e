import type { ReadStore } from '../../db/store.ts';
import { labelClasses, type Labelling } from '../../db/labellings.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { VersionId } from '../../shared/ids.ts';
import type { DataExportParams, MarkFormat } from '../../shared/work/export-data.ts';
import { isMarkedKind, resolvedClass, settledStates, type LabelState } from '../../shared/labels.ts';
import { withNewest } from '../originals.ts';
import { eachLabel, inSlices } from './as-it-stands.ts';
import { saidMarks } from './said-marks.ts';

/** Which samples go out, and how. */
export interface LabelExport extends Pick<DataExportParams, 'images' | 'filter'> {
  format: MarkFormat;
  /** Labelled and reviewed ones where left out. With `suggested` suggestions are among the marks. */
  states?: readonly LabelState[];
  /** Only samples with any of these classes, by id. */
  classes?: readonly number[];
}

/** What is marked in samples, as the job writes it that exports a version: see `exportData`. Throws `kind_unfit`, `nothing_selected`. */
export async function markExport(
  store: Pick<ReadStore, 'get' | 'all' | 'each' | 'folder'>,
  log: Labelling,
  version: VersionId,
  { states = settledStates, classes, ...how }: LabelExport,
): Promise<Omit<DataExportParams, 'out'>> {
  if (!isMarkedKind(log.kind)) {
    throw new AtelierError(
      'kind_unfit',
      'In this labelling samples have classes, and nothing is marked in them. Their labels go out as CSV or JSON Lines.',
    );
  }
  const all = new Map(labelClasses(store, log.key).map((one) => [one.id, one]));
  const wanted = classes && new Set(classes.map((id) => resolvedClass(all, id)));
  const samples: number[] = [];
  for (const { sample, label } of eachLabel(store, log)) {
    if (!states.includes(label.state)) continue;
    if (!wanted || label.classes.some((id) => wanted.has(resolvedClass(all, id)))) samples.push(sample);
  }
  const said = await inSlices(saidMarks(store, log, states));
  return {
    blobs: workspaceFiles.blobs(store.folder),
    ...withNewest(store, version),
    ...how,
    labels: { said, samples: Int32Array.from(samples) },
  };
}
