/** A part of a document that is found and cited as one. */
export interface Chunk {
  /** Places in the text, in UTF-16 units. */
  start: number;
  end: number;
  /** The headings that it stands under, the outermost first. */
  headings: string[];
}

/** Characters of a chunk at most; … */
export const mostChunk = 1200;
/** … once it has so many it ends with a paragraph, … */
const goal = 800;
/** … and with so many before a heading. */
const leastBeforeHeading = 300;
/** So much of a chunk's end begins the next one as well. */
const mostOverlap = 150;

/** What chunks are put together of: a sentence, or a line. */
interface Piece {
  start: number;
  end: number;
  /** Nothing of its paragraph stands before it. */
  begins: boolean;
  /** It is a heading. */
  heading: boolean;
  headings: string[];
}

/**
 * Divides a text into chunks along its structure: headings (Markdown's, where `markdown`), then paragraphs, then sentences (of any script, by Unicode's
 * rules, UAX 29). Chunks are in order, cover all that is not blank, and within a section the next one begins with the last sentence of the one before it
 * where that is short. No cut is within a character.
 */
export function chunksOf(text: string, markdown: boolean): Chunk[] {
  const pieces = piecesOf(text, markdown);
  const chunks: Chunk[] = [];
  let from = 0;
  while (from < pieces.length) {
    const start = overlapBefore(pieces, from, chunks.at(-1));
    let to = from + 1;
    while (to < pieces.length && goesOn(pieces, start, to)) to++;
    // A heading by itself at the end stands over what comes next.
    while (to < pieces.length && to - 1 > from && pieces[to - 1].heading && !pieces[from].heading) to--;
    const of = pieces.slice(from, to).find(({ heading }) => !heading) ?? pieces[from];
    chunks.push({ start, end: pieces[to - 1].end, headings: of.headings });
    from = to;
  }
  return chunks;
}

function goesOn(pieces: readonly Piece[], start: number, to: number): boolean {
  const [last, next] = [pieces[to - 1], pieces[to]];
  const length = last.end - start;
  if (next.end - start > mostChunk) return false;
  // Several headings one after another stay together.
  if (next.heading && !last.heading) return length < leastBeforeHeading && next.headings.length > 1;
  return length < goal || !next.begins;
}

/** Where a chunk begins that is to have the end of the one before it. */
function overlapBefore(pieces: readonly Piece[], from: number, before: Chunk | undefined): number {
  const { start, end, heading } = pieces[from];
  if (!before || heading || from === 0) return start;
  const last = pieces[from - 1];
  const fits = last.end - last.start <= mostOverlap && end - last.start <= mostChunk && last.start > before.start;
  return fits && !last.heading ? last.start : start;
}

const atxHeading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const underline = /^ {0,3}(=+|-{2,})[ \t]*$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;
const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

function piecesOf(text: string, markdown: boolean): Piece[] {
  const pieces: Piece[] = [];
  /** Of each level, 1 to 6. */
  const open: (string | undefined)[] = [];
  let headings: string[] = [];
  /** The paragraph that is being read. */
  let start = -1;
  let end = -1;
  const close = (): void => {
    if (start >= 0) addParagraph(pieces, text, start, end, headings);
    start = -1;
  };
  const addHeading = (from: number, to: number, level: number, words: string): void => {
    open.length = level - 1;
    open[level - 1] = words;
    headings = open.filter((one): one is string => one !== undefined && one !== '');
    pieces.push({ start: from, end: Math.min(to, from + mostChunk), begins: true, heading: true, headings });
  };
  let fenced: string | null = null;
  for (const { from, to, line } of linesOf(text)) {
    const mark = markdown ? fence.exec(line)?.[1] : undefined;
    if (mark && (fenced === null || mark.startsWith(fenced))) fenced = fenced === null ? mark : null;
    else if (markdown && fenced === null) {
      const atx = atxHeading.exec(line);
      if (atx) {
        close();
        addHeading(from, to, atx[1].length, (atx[2] ?? '').trim());
        continue;
      }
      // One line with a line under it.
      const under = underline.exec(line);
      if (under && start >= 0 && !text.slice(start, end).includes('\n')) {
        addHeading(start, to, under[1].startsWith('=') ? 1 : 2, text.slice(start, end).trim());
        start = -1;
        continue;
      }
    }
    if (line.trim() === '') {
      close();
      continue;
    }
    if (start < 0) start = from;
    end = to;
  }
  close();
  return pieces;
}

function* linesOf(text: string): Generator<{ from: number; to: number; line: string }> {
  for (let from = 0; from < text.length;) {
    const found = text.indexOf('\n', from);
    const to = found < 0 ? text.length : found;
    yield { from, to, line: text.slice(from, to) };
    from = to + 1;
  }
}

function addParagraph(pieces: Piece[], text: string, start: number, end: number, headings: string[]): void {
  const first = pieces.length;
  for (const { segment, index } of sentences.segment(text.slice(start, end))) {
    const blank = segment.length - segment.trimStart().length;
    const said = segment.trim();
    if (said === '') continue;
    let from = start + index + blank;
    const to = from + said.length;
    while (from < to) {
      const cut = cutBefore(text, from, to);
      pieces.push({ start: from, end: cut, begins: pieces.length === first, heading: false, headings });
      from = cut + /^\s*/.exec(text.slice(cut, to))![0].length;
    }
  }
}

/** Where a piece ends that begins here: at the end, or, of what is too long, at a blank, else between two characters. */
function cutBefore(text: string, from: number, to: number): number {
  if (to - from <= mostChunk) return to;
  const part = text.slice(from, from + mostChunk);
  const blank = part.search(/\s\S*$/);
  if (blank > 0) return from + blank;
  const low = text.charCodeAt(from + mostChunk);
  return from + mostChunk - (low >= 0xdc00 && low <= 0xdfff ? 1 : 0);
}
