import type { Readable } from '../../db/connection.ts';
import { getDataset, getVersion, listDatasets } from '../../db/datasets.ts';
import type { DatasetVersion } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { isId, type DatasetId } from '../../shared/ids.ts';
import { includeRef } from '../../shared/prompt/includes.ts';
import { PromptFault } from '../../shared/prompt/problems.ts';

/** A dataset's version as a prompt names it: by name or id, with `@2` behind it that version, else the newest; or by the version's id. Throws `PromptFault`. */
export function datasetCalled(db: Readable, text: string): { name: string; version: DatasetVersion } {
  if (isId('version', text)) {
    const version = known(() => getVersion(db, text), text);
    return { name: known(() => getDataset(db, version.dataset), text).summary.name, version };
  }
  const whole = called(db, text);
  if (whole) return { name: whole.name, version: getVersion(db, whole.latestVersion) };
  const { name, version: number } = includeRef(text);
  const found = number === null ? undefined : called(db, name);
  if (!found || number === null) throw new PromptFault('dataset_unknown', { name });
  const id = numbered(db, found.id, number);
  if (!id) throw new PromptFault('dataset_version', { name, version: number });
  return { name: found.name, version: getVersion(db, id) };
}

const numbered = (db: Readable, dataset: DatasetId, wanted: number) =>
  getDataset(db, dataset).versions.find(({ number }) => number === wanted)?.id;

/** Those in use before archived ones. */
function called(db: Readable, text: string) {
  const all = listDatasets(db, { archived: true }).filter(({ id, name }) => id === text || name === text);
  const used = all.filter(({ archived }) => !archived);
  const found = used.length > 0 ? used : all;
  if (found.length > 1) throw new PromptFault('dataset_ambiguous', { name: text });
  return found.at(0);
}

function known<T>(look: () => T, name: string): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof AtelierError) throw new PromptFault('dataset_unknown', { name });
    throw error;
  }
}
