import type { Dialect } from '../../src-main/datasets/csv/sniff.ts';

/** Three columns without a header. */
export const dialect = (delimiter: string, quote: Dialect['quote'] = '"'): Dialect => ({
  delimiter,
  quote,
  columns: 3,
  skipLines: 0,
  header: false,
  names: ['a', 'b', 'c'],
});

/** What looks for something in a file, given its bytes in pieces. */
interface Finder {
  see(bytes: Uint8Array): void;
  end(): void;
  readonly found: boolean;
}

export function foundBy(finder: Finder, text: string, piece: number): boolean {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) finder.see(bytes.subarray(at, at + piece));
  finder.end();
  return finder.found;
}
