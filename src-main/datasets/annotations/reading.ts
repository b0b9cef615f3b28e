import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import type { Extra, JsonValue } from '../../shared/annotation.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Rejects } from '../importers/rejects.ts';
import { isUnreadable, readWhole, unreadableWords, type FoundFile, type Source } from '../source.ts';

/** A file of annotations is text: one larger than this is none that was meant, save where it is read piece by piece. */
const maxBytes = 64 << 20;

export interface ReadText {
  text: string;
  source: { name: string; sha256: string; bytes: number };
}

/** A whole file of annotations. Throws `annotations_too_large`. */
export async function readText(file: FoundFile, most = maxBytes): Promise<ReadText> {
  const bytes = await readWhole(
    file,
    most,
    (size) =>
      new AtelierError(
        'annotations_too_large',
        `${file.relative} has ${Math.ceil(size / 2 ** 20)} MB; at most ${most >> 20} MB of annotations are read from one such file. Cut it into several.`,
      ),
  );
  return {
    text: decode(bytes),
    source: {
      name: file.relative,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    },
  };
}

/** One of many: where the system gives none of it, it is listed and null. A whole source that is gone still ends the import. */
export async function readTextOr(
  file: FoundFile,
  { source, rejects, most }: { source: Source; rejects: Rejects; most?: number },
): Promise<ReadText | null> {
  try {
    return await readText(file, most);
  } catch (error) {
    if (!(error instanceof AtelierError) || !isUnreadable(error) || !(await exists(source.root))) throw error;
    rejects.add(file.relative, error.code, unreadableWords(file.relative, error));
    return null;
  }
}

const decode = (bytes: Uint8Array): string => {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  return new TextDecoder(utf16 ?? 'utf-8').decode(bytes);
};

/** A source that goes away while it is read is told as that, whichever of its files was missed first. */
export async function whileThere<T>(source: Source, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AtelierError) || error.code !== 'source_vanished') throw error;
    if (await exists(source.root)) throw error;
    throw new AtelierError(
      'source_vanished',
      `${source.root} went away while it was read. Nothing was stored; bring it back and import it again.`,
    );
  }
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The members that are not among `known`, if there are any. */
export function rest(value: Record<string, unknown>, known: ReadonlySet<string>): { extra?: Extra } {
  const others = Object.entries(value).filter(([key]) => !known.has(key)) as [string, JsonValue][];
  return others.length > 0 ? { extra: Object.fromEntries(others) } : {};
}

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isId = (value: unknown): value is string | number => typeof value === 'string' || isNumber(value);
