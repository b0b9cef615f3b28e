import { getVersion } from '../db/datasets.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { Reader } from '../jobs/reader.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import type { DatasetVersion } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Session } from './context.ts';

/** The reader utility for the length of `act`, and the version that people named. Works while another process owns the workspace. */
export function readVersion<T>(
  session: Session,
  name: string,
  act: (reader: Reader, blobs: string, version: DatasetVersion) => Promise<T>,
): Promise<T> {
  return session.read(async (store) => {
    const version = getVersion(store, resolveDataset(store, name).version);
    const reader = new Reader(session.host.spawnUtility);
    const stop = session.host.onInterrupt(() =>
      reader.close(new AtelierError('cancelled', 'Cancelled. Nothing was changed.')),
    );
    try {
      return await act(reader, workspaceFiles.blobs(session.folder), version);
    } finally {
      stop();
      reader.close();
    }
  });
}
