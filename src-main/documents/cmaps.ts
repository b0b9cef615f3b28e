import { AtelierError } from '../shared/errors.ts';

/** A character collection of Adobe's, by its ordering. */
type Ordering = 'GB1' | 'CNS1' | 'Japan1' | 'Korea1';

interface Encoding {
  ordering: Ordering;
  /** As the Encoding Standard calls the charset whose codes these are; Unicode's own where it is UTF-16. */
  charset: 'gb18030' | 'big5' | 'shift_jis' | 'euc-jp' | 'euc-kr' | 'utf-16';
  /** The number of the blank: Latin letters are proportional, or half as wide as the others. */
  latin?: number;
  /** ISO 2022's seven bits: two bytes without their highest bit. */
  sevenBits?: true;
}

/** Numbers below it are the collection's own (supplements 6, 7, 7 and 2); above are those that are given here. */
const ownNumbers: Record<Ordering, number> = { GB1: 30_600, CNS1: 19_200, Japan1: 23_100, Korea1: 18_400 };
/** The charset with all characters that any encoding here has of a collection. */
const widest = { GB1: 'gb18030', CNS1: 'big5', Japan1: 'shift_jis', Korea1: 'euc-kr' } as const;
const proportional = 1;
/** Own numbers of any collection that stand for nothing here; there are 256. */
const unknownFrom = 3000;
/** Where the Latin letters of half the width begin. */
const half = { GB1: 814, CNS1: 13_648, Japan1: 231, Korea1: 8094 } as const;

/** Those of ISO 32000-1, table 118, whose codes are a charset's; each has a vertical one beside it. */
const encodings: Record<string, Encoding> = {
  'GB-EUC': { ordering: 'GB1', charset: 'gb18030', latin: half.GB1 },
  'GBpc-EUC': { ordering: 'GB1', charset: 'gb18030' },
  'GBK-EUC': { ordering: 'GB1', charset: 'gb18030', latin: half.GB1 },
  'GBKp-EUC': { ordering: 'GB1', charset: 'gb18030' },
  GBK2K: { ordering: 'GB1', charset: 'gb18030', latin: half.GB1 },
  'UniGB-UCS2': { ordering: 'GB1', charset: 'utf-16' },
  'UniGB-UTF16': { ordering: 'GB1', charset: 'utf-16' },
  B5pc: { ordering: 'CNS1', charset: 'big5' },
  'HKscs-B5': { ordering: 'CNS1', charset: 'big5' },
  'ETen-B5': { ordering: 'CNS1', charset: 'big5', latin: half.CNS1 },
  'ETenms-B5': { ordering: 'CNS1', charset: 'big5' },
  'UniCNS-UCS2': { ordering: 'CNS1', charset: 'utf-16' },
  'UniCNS-UTF16': { ordering: 'CNS1', charset: 'utf-16' },
  '83pv-RKSJ': { ordering: 'Japan1', charset: 'shift_jis' },
  '90ms-RKSJ': { ordering: 'Japan1', charset: 'shift_jis', latin: half.Japan1 },
  '90msp-RKSJ': { ordering: 'Japan1', charset: 'shift_jis' },
  '90pv-RKSJ': { ordering: 'Japan1', charset: 'shift_jis' },
  'Add-RKSJ': { ordering: 'Japan1', charset: 'shift_jis', latin: half.Japan1 },
  'Ext-RKSJ': { ordering: 'Japan1', charset: 'shift_jis', latin: half.Japan1 },
  EUC: { ordering: 'Japan1', charset: 'euc-jp', latin: half.Japan1 },
  '': { ordering: 'Japan1', charset: 'euc-jp', sevenBits: true },
  'UniJIS-UCS2': { ordering: 'Japan1', charset: 'utf-16' },
  'UniJIS-UCS2-HW': { ordering: 'Japan1', charset: 'utf-16', latin: half.Japan1 },
  'UniJIS-UTF16': { ordering: 'Japan1', charset: 'utf-16' },
  'UniJIS2004-UTF16': { ordering: 'Japan1', charset: 'utf-16' },
  'KSC-EUC': { ordering: 'Korea1', charset: 'euc-kr', latin: half.Korea1 },
  'KSCms-UHC': { ordering: 'Korea1', charset: 'euc-kr' },
  'KSCms-UHC-HW': { ordering: 'Korea1', charset: 'euc-kr', latin: half.Korea1 },
  'KSCpc-EUC': { ordering: 'Korea1', charset: 'euc-kr' },
  'UniKS-UCS2': { ordering: 'Korea1', charset: 'utf-16' },
  'UniKS-UTF16': { ordering: 'Korea1', charset: 'utf-16' },
};

/**
 * A CMap that PDF names and does not carry, written as PostScript (Adobe technical note 5014): the codes of an encoding to numbers (`GBK-EUC-H`), or numbers
 * to Unicode (`Adobe-GB1-UCS2`). Adobe's own files are not needed for a text: the codes are those of charsets that every browser knows. Only
 * Latin letters have the numbers that they have at Adobe's, which tell their widths; the others are numbered here, above all of Adobe's, and a number of
 * Adobe's that stands for anything else becomes U+FFFD. Errors: unknown_encoding.
 */
export function cmapOf(name: string): string {
  const collection = /^Adobe-(GB1|CNS1|Japan1|Korea1)-UCS2$/.exec(name)?.[1] as Ordering | undefined;
  if (collection) return unicodeMap(collection);
  const [, base, vertical] = /^(.*?)-?([HV])$/.exec(name) ?? [];
  const encoding = base !== undefined && Object.hasOwn(encodings, base) ? encodings[base] : undefined;
  if (!encoding) throw new AtelierError('unknown_encoding', `Nothing is known of the encoding ${name}.`);
  return codeMap(name, encoding, vertical === 'V');
}

const hex = (value: number, bytes: number): string => `<${value.toString(16).padStart(2 * bytes, '0')}>`;

function codeMap(
  name: string,
  { ordering, charset, latin = proportional, sevenBits }: Encoding,
  vertical: boolean,
): string {
  const head = `/CMapName /${name} def /WMode ${vertical ? 1 : 0} def\n`;
  if (charset === 'utf-16') {
    // What has no number is taken for the character of its code, which it is; of a pair it is the half that no text has alone.
    return `${head}3 begincodespacerange <0000> <d7ff> <d800dc00> <dbffdfff> <e000> <ffff> endcodespacerange
1 begincidrange <0020> <007e> ${latin} endcidrange endcmap`;
  }
  const numbers = numbersOf(ordering);
  const ranges: { from: number; to: number; bytes: number; number: number }[] = [];
  for (const { code, bytes, character } of codesOf(charset)) {
    if (sevenBits && (code & 0x8080) !== 0x8080) continue;
    const at = sevenBits ? code & 0x7f7f : code;
    const given = code >= 0x20 && code <= 0x7e ? latin + code - 0x20 : character !== null && numbers.get(character);
    const number = given || unknownFrom + (code & 0xff);
    const last = ranges.at(-1);
    if (last?.bytes === bytes && at === last.to + 1 && number === last.number + at - last.from) last.to = at;
    else ranges.push({ from: at, to: at, bytes, number });
  }
  const [one, two] = [1, 2].map((bytes) => ranges.filter((range) => range.bytes === bytes));
  // What is no code of one byte begins one of two.
  const spaces = [...one, { from: two[0].from, to: two.at(-1)!.to, bytes: 2 }];
  const written = spaces.map(({ from, to, bytes }) => `${hex(from, bytes)} ${hex(to, bytes)}`);
  return `${head}${spaces.length} begincodespacerange ${written.join(' ')} endcodespacerange
${ranges.length} begincidrange
${ranges.map(({ from, to, bytes, number }) => `${hex(from, bytes)} ${hex(to, bytes)} ${number}`).join('\n')}
endcidrange endcmap`;
}

function unicodeMap(ordering: Ordering): string {
  const utf16 = (text: string) => `<${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
  const own = ownNumbers[ordering];
  const latin = [proportional, half[ordering]].map((from) => `${hex(from, 2)} ${hex(from + 94, 2)} <0020>`);
  const given = [...numbersOf(ordering)].map(([character, number]) => `${hex(number, 2)} ${utf16(character)}`);
  // Of these nobody here knows what they stand for.
  const unknown: string[] = [];
  for (let from = 0; from < own; from += 256) {
    const to = Math.min(from + 255, own - 1);
    unknown.push(`${hex(from, 2)} ${hex(to, 2)} [${'<fffd>'.repeat(to - from + 1)}]`);
  }
  return `/CMapName /Adobe-${ordering}-UCS2 def
${unknown.length} beginbfrange\n${unknown.join('\n')}\nendbfrange
2 beginbfrange\n${latin.join('\n')}\nendbfrange
${given.length} beginbfchar\n${given.join('\n')}\nendbfchar endcmap`;
}

const numbered = new Map<Ordering, Map<string, number>>();

/** The numbers that characters have here. */
function numbersOf(ordering: Ordering): Map<string, number> {
  let numbers = numbered.get(ordering);
  if (!numbers) {
    numbers = new Map();
    for (const { character } of codesOf(widest[ordering])) {
      if (character !== null && !numbers.has(character)) numbers.set(character, ownNumbers[ordering] + numbers.size);
    }
    numbered.set(ordering, numbers);
  }
  return numbers;
}

interface Code {
  code: number;
  bytes: number;
  /** Null where nobody knows it. */
  character: string | null;
}

const known = new Map<string, Code[]>();

/** The codes of one and of two bytes of a charset. Longer ones of GB 18030 are as two that nobody knows. */
function codesOf(charset: string): Code[] {
  const before = known.get(charset);
  if (before) return before;
  const decoder = new TextDecoder(charset);
  const characterOf = (...bytes: number[]): string | null => {
    const character = decoder.decode(Uint8Array.from(bytes));
    // Some decoders make controls and private characters of what they do not know.
    return [...character].length === 1 && !/[\p{Cc}\p{Co}\ufffd]/u.test(character) ? character : null;
  };
  const further = charset === 'euc-kr' ? unifiedHangul(characterOf) : null;
  const codes: Code[] = [];
  for (let code = 0x20; code <= 0xff; code++) {
    const character = characterOf(code);
    if (character !== null) codes.push({ code, bytes: 1, character });
  }
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x30; trail <= 0xfe; trail++) {
      const code = 256 * lead + trail;
      codes.push({ code, bytes: 2, character: further?.get(code) ?? characterOf(lead, trail) });
    }
  }
  known.set(charset, codes);
  return codes;
}

/**
 * The codes that Microsoft added to EUC-KR (Unified Hangul Code, code page 949), which not every decoder has: the syllables that it lacks, in the order of
 * Unicode, in the places that it leaves free.
 */
function unifiedHangul(characterOf: (lead: number, trail: number) => string | null): Map<number, string> {
  const had = new Set<string | null>();
  for (let lead = 0xb0; lead <= 0xc8; lead++) {
    for (let trail = 0xa1; trail <= 0xfe; trail++) had.add(characterOf(lead, trail));
  }
  const lacking = Array.from({ length: 0xd7a4 - 0xac00 }, (_, i) => String.fromCharCode(0xac00 + i)).filter(
    (one) => !had.has(one),
  );
  const codes = new Map<number, string>();
  for (let lead = 0x81; lead <= 0xc6; lead++) {
    const last = lead <= 0xa0 ? 0xfe : 0xa0;
    for (let trail = 0x41; trail <= last; trail++) {
      if ((trail > 0x5a && trail < 0x61) || (trail > 0x7a && trail < 0x81)) continue;
      const character = lacking[codes.size];
      if (character === undefined) return codes;
      codes.set(256 * lead + trail, character);
    }
  }
  return codes;
}
