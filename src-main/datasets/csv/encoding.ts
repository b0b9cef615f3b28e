import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { AtelierError } from '../../shared/errors.ts';
import { lookThrough, openFile, type FoundFile } from '../source.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030' | 'windows-1252';

/** What a byte-order mark, or the zeros of UTF-16 between Latin letters, tell; 'utf-8' is still to be proved by reading on. */
export function guessEncoding(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  let even = 0;
  let odd = 0;
  const length = Math.min(head.length & ~1, 4096);
  for (let i = 0; i < length; i += 2) {
    if (head[i] === 0) even++;
    if (head[i + 1] === 0) odd++;
  }
  if (odd > length * 0.2 && even < odd / 10) return 'utf-16le';
  if (even > length * 0.2 && odd < even / 10) return 'utf-16be';
  return 'utf-8';
}

/** Bytes that no text has: enough of them and the file is something else (a spreadsheet, a database) under a text's name. */
export function isBinary(head: Uint8Array, encoding: Encoding): boolean {
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return false;
  let control = 0;
  let between = 0;
  for (const byte of head) {
    if (byte === 1) between++;
    else if (byte < 9 || (byte > 13 && byte < 28) || byte === 127) control++;
  }
  // Hive's tables have 0x01 between their cells.
  if (between > head.length / 3) return true;
  return control > head.length * 0.01;
}

export interface Survey {
  encoding: Encoding;
  /** Of its content. */
  bytes: number;
  /** Of the file as it is stored, perhaps compressed. */
  stored: number;
  sha256: string;
  /** Some bytes of a UTF-8 file are not UTF-8, and will read as "�". */
  damaged: boolean;
  /** Rows end in more than one way, which DuckDB's reader does not take. */
  mixedNewlines: boolean;
}

/** Reads a whole text file once: its hash as it is stored, its encoding for sure, how its lines end. `see` is given its bytes in turn. */
export async function surveyText(
  file: FoundFile,
  signal: AbortSignal,
  progress: (bytes: number) => void,
  see: (chunk: Uint8Array) => void = () => undefined,
): Promise<Survey> {
  const hash = createHash('sha256');
  let guess: Encoding | null = null;
  let bytes = 0;
  let stored = 0;
  let valid = 0;
  let invalid = 0;
  const chinese = { common: 0, rare: 0, others: 0 };
  let carried: Uint8Array = new Uint8Array(0);
  const newlines = { crlf: 0, lf: 0, cr: 0 };
  let lastWasCr = false;
  for await (const chunk of lookThrough(file, signal, (raw) => {
    hash.update(raw);
    stored += raw.length;
  })) {
    guess ??= guessEncoding(chunk);
    bytes += chunk.length;
    progress(bytes);
    see(chunk);
    if (guess !== 'utf-8') continue;
    lastWasCr = countNewlines(chunk, newlines, lastWasCr);
    const joined = carried.length > 0 ? Buffer.concat([carried, chunk]) : chunk;
    const end = joined.length - incompleteTail(joined);
    const whole = joined.subarray(0, end);
    // Slow counting only where the quick test fails.
    if (!isUtf8(whole)) {
      const counts = countSequences(whole);
      valid += counts.valid;
      invalid += counts.invalid;
      countPairs(whole, chinese);
    } else if (valid < 1000) {
      const some = whole.subarray(0, 65536);
      if (!isAscii(some)) valid += countSequences(some).valid;
    }
    carried = Uint8Array.from(joined.subarray(end));
  }
  if (carried.length > 0) invalid++;
  const common = { bytes, stored, sha256: hash.digest('hex') };
  if (guess && guess !== 'utf-8') return { ...common, encoding: guess, damaged: false, mixedNewlines: false };
  // A stray bad byte in a file that is full of good sequences is damage; otherwise it never was UTF-8.
  const other = invalid > 0 && valid < invalid * 10;
  return {
    ...common,
    encoding: !other ? 'utf-8' : isChinese(chinese) ? 'gb18030' : 'windows-1252',
    damaged: invalid > 0 && !other,
    mixedNewlines: mixed(newlines),
  };
}

interface Newlines {
  crlf: number;
  lf: number;
  cr: number;
}

/** Counts each kind of line end until there is one: how many there are of it is nobody's question. Returns whether the chunk's last byte is a CR. */
function countNewlines(chunk: Uint8Array, counts: Newlines, lastWasCr: boolean): boolean {
  if (lastWasCr && chunk.length > 0) counts[chunk[0] === 10 ? 'crlf' : 'cr']++;
  for (let at = chunk.indexOf(13); at >= 0 && at + 1 < chunk.length; at = chunk.indexOf(13, at + 1)) {
    counts[chunk[at + 1] === 10 ? 'crlf' : 'cr']++;
    if (counts.cr > 0 && counts.crlf > 0) break;
  }
  if (counts.lf === 0) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
      if (at === 0 ? lastWasCr : chunk[at - 1] === 13) continue;
      counts.lf++;
      break;
    }
  }
  return chunk.length === 0 ? lastWasCr : chunk[chunk.length - 1] === 13;
}

const mixed = (newlines: Newlines): boolean => Object.values(newlines).filter((count) => count > 0).length > 1;

/** The beginning of a text is UTF-8, and its lines end in one way. */
export function looksPlain(head: Uint8Array): boolean {
  const newlines = { crlf: 0, lf: 0, cr: 0 };
  countNewlines(head, newlines, false);
  return guessEncoding(head) === 'utf-8' && isUtf8(withoutCut(head)) && !mixed(newlines);
}

/** Without what begins a character at its end. */
const withoutCut = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - incompleteTail(bytes));

/** How many bytes at the end begin a sequence that the next chunk goes on with. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function countSequences(bytes: Uint8Array): { valid: number; invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (let i = 0; i < bytes.length;) {
    const byte = bytes[i];
    if (byte < 0x80) {
      i++;
      continue;
    }
    const length = byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
    let good = length > 0 && byte < 0xf5 && i + length <= bytes.length;
    for (let k = 1; good && k < length; k++) good = (bytes[i + k] & 0xc0) === 0x80;
    if (good) {
      valid++;
      i += length;
    } else {
      invalid++;
      i++;
    }
  }
  return { valid, invalid };
}

interface Pairs {
  common: number;
  rare: number;
  others: number;
}

/**
 * Chinese in GB 18030 is pairs of bytes from 0xa1 on, nearly all in the rows of GB 2312's common characters. Letters of Western Europe stand
 * alone among ASCII, or ("öß") in the rows of rare ones; those of other alphabets stand in words, half of which have an odd number of bytes.
 */
function countPairs(bytes: Uint8Array, counts: Pairs): void {
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i];
    if (lead < 0x80) continue;
    const trail = bytes[i + 1];
    if (lead >= 0xa1 && lead <= 0xd7 && trail >= 0xa1 && trail < 0xff) counts.common++;
    else if (lead >= 0xd8 && lead <= 0xf7 && trail >= 0xa1 && trail < 0xff) counts.rare++;
    // Rarer characters of GBK, and those of four bytes.
    else if (lead >= 0x81 && lead < 0xff && trail >= 0x30 && trail <= 0x39 && bytes[i + 2] >= 0x81) i += 2;
    else counts.others++;
    i++;
  }
}

const isChinese = ({ common, rare, others }: Pairs): boolean => common > rare && others <= common / 20;

/** Windows-1252's characters where it differs from Latin-1 (0x80 to 0x9f); the five unused bytes stay control characters. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Decodes pieces of a file in turn. Node's own decoder for windows-1252 has been Latin-1 in some versions, so that one is done here. */
export function textDecoder(encoding: Encoding): (chunk: Uint8Array, last: boolean) => string {
  if (encoding !== 'windows-1252') {
    const decoder = new TextDecoder(encoding);
    return (chunk, last) => decoder.decode(chunk, { stream: !last });
  }
  return (chunk) =>
    Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      .toString('latin1')
      .replace(/[\u0080-\u009f]/g, (character) => windows1252[character.charCodeAt(0) - 0x80]);
}

/** The file as clean UTF-8 with one kind of line end. */
export async function* asUtf8(file: FoundFile, survey: Survey, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const decode = textDecoder(survey.encoding);
  let carried = '';
  for await (const chunk of openFile(file, signal)) {
    let text = carried + decode(chunk, false);
    // A CR at the end may be half of a CRLF.
    carried = text.endsWith('\r') ? '\r' : '';
    if (carried) text = text.slice(0, -1);
    yield Buffer.from(text.replace(/\r\n?/g, '\n'));
  }
  yield Buffer.from((carried + decode(new Uint8Array(0), true)).replace(/\r\n?/g, '\n'));
}

/** The beginning of a text file, decoded; a half character at its end is dropped. Throws `not_text`. */
export function decodeHead(head: Uint8Array, name: string, advice = 'Save it as CSV and try again.'): string {
  let encoding = guessEncoding(head);
  if (isBinary(head, encoding)) {
    throw new AtelierError('not_text', `${name} does not hold text, whatever it is called. ${advice}`);
  }
  if (encoding === 'utf-8') {
    const whole = withoutCut(head);
    const { valid, invalid } = isUtf8(whole) ? { valid: 0, invalid: 0 } : countSequences(whole);
    if (invalid > 0 && valid < invalid * 10) {
      const chinese = { common: 0, rare: 0, others: 0 };
      countPairs(whole, chinese);
      encoding = isChinese(chinese) ? 'gb18030' : 'windows-1252';
    }
  }
  return textDecoder(encoding)(head, false).replace(/^\ufeff/, '');
}
