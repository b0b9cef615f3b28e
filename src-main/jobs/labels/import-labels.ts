import { readFile } from 'node:fs/promises';
import { blobPath } from '../../datasets/blob-path.ts';
import type { Readable } from '../../db/connection.ts';
import { getVersion } from '../../db/datasets.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { VersionId } from '../../shared/ids.ts';
import type { LabelLine } from '../../shared/label-line.ts';
import { blank, type SampleLabel } from '../../shared/labels.ts';

/** Of files' samples their paths in the source; null of a table's, which have none. */
export async function sampleNames(store: Readable & { folder: string }, version: VersionId): Promise<string[] | null> {
  const { names } = getVersion(store, version).manifest.blobs;
  if (!names) return null;
  return JSON.parse(await readFile(blobPath(workspaceFiles.blobs(store.folder), names), 'utf8')) as string[];
}

/** Which sample each line is about: by its name where it has one, else by its number. Throws `no_sample`. */
export async function samplesOfLines(
  store: Readable & { folder: string },
  version: VersionId,
  lines: readonly LabelLine[],
): Promise<number[]> {
  const names = await sampleNames(store, version);
  const { samples: count } = getVersion(store, version).manifest;
  const byName = new Map(names?.map((name, i) => [name, i]));
  return lines.map(({ sample, name, where }) => {
    const found = name === null ? sample : (byName.get(name) ?? (names ? undefined : sample));
    if (found !== undefined && found !== null && found >= 0 && found < count) return found;
    throw new AtelierError(
      'no_sample',
      `${where} names no sample of this dataset: ${name ?? sample ?? 'neither "sample" nor "name" is there'}.`,
    );
  });
}

/** `ids`: of classes, by their names. */
export function labelOfLine(
  { labels, state, note, confidence }: LabelLine,
  ids: ReadonlyMap<string, number>,
): SampleLabel {
  const classes = labels.map((name) => ids.get(name)!).sort((a, b) => a - b);
  return { ...blank, state: state ?? (classes.length > 0 ? 'labelled' : 'new'), classes, note, confidence };
}
