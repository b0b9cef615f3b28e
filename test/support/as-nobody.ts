import { chmod } from 'node:fs/promises';

/** Windows has no such permissions. */
export const hasPermissions = process.getuid !== undefined;

/** Runs `work` as one who may not read everything: root may, whatever the files say. The folder is to be read and written by anyone. */
export async function asNobody<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  await chmod(folder, 0o777);
  process.seteuid!(65_534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}
