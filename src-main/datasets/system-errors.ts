import { AtelierError } from '../shared/errors.ts';

/** What the disk said, as one coded sentence about what was being read or written. */
export function systemError(error: unknown, doing: { reading: string } | { writing: string }): Error {
  if (error instanceof AtelierError || !(error instanceof Error)) return error as Error;
  const code = systemCode(error);
  const reading = 'reading' in doing;
  const path = 'reading' in doing ? doing.reading : doing.writing;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AtelierError(
        'no_space',
        `No space is left on the disk of ${path}. Nothing was stored; free some space and import again.`,
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return reading
        ? new AtelierError('not_readable', `${path} may not be read. Change its permissions or copy it elsewhere.`)
        : new AtelierError(
            'not_writable',
            `${path} may not be written to: it is read-only, or belongs to someone else. Nothing was stored; change its permissions or choose another workspace.`,
          );
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ESTALE':
      return reading
        ? new AtelierError(
            'source_vanished',
            `${path} is not there (any more). Nothing was stored; bring it back, or drop it again from where it is now.`,
          )
        : new AtelierError(
            'not_writable',
            `${path} cannot be written to: its folder is not there. Nothing was stored.`,
          );
    case 'EIO':
      return new AtelierError('disk_error', `The disk failed at ${path}. Nothing was stored; check the disk.`);
    default:
      return error;
  }
}

/** Node gives a code; DuckDB gives C's words inside its message. */
function systemCode(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code) return code;
  if (/no space left on device/i.test(error.message)) return 'ENOSPC';
  if (/read-only file system/i.test(error.message)) return 'EROFS';
  if (/permission denied/i.test(error.message)) return 'EACCES';
  if (/no such file or directory|No files found that match/i.test(error.message)) return 'ENOENT';
  return undefined;
}

/** Runs `work`, giving what the disk says in the words above. */
export async function naming<T>(doing: { reading: string } | { writing: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw systemError(error, doing);
  }
}
