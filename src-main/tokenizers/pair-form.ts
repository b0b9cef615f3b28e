import { openTokenizer } from './open.ts';
import type { Part, TokenizerFile } from './tokenizer-file.ts';

/** What a tokenizer puts around one text, and around and between two. Of each token which of two texts it is counted to: 0 or 1. */
export interface PairForm {
  before: readonly number[];
  between: readonly number[];
  after: readonly number[];
  segments: { before: number; first: number; between: readonly number[]; second: number; after: number };
}

interface Piece {
  /** Its tokens; null where a text stands. */
  tokens: readonly number[] | null;
  segment: number;
}

/**
 * By the post-processor of a tokenizer.json: its template for two texts, or BERT's and RoBERTa's own. Null where it says nothing of two, or puts
 * them otherwise than one after the other.
 */
export function pairForm(file: TokenizerFile): PairForm | null {
  for (const part of partsOf(file.post_processor)) {
    const pieces = piecesOf(part, file);
    const texts = (pieces ?? []).flatMap(({ tokens }, i) => (tokens === null ? [i] : []));
    if (pieces && texts.length === 2) return formOf(pieces, texts[0], texts[1]);
  }
  return null;
}

function formOf(pieces: readonly Piece[], first: number, second: number): PairForm {
  const tokens = (some: readonly Piece[]) => some.flatMap((piece) => piece.tokens ?? []);
  const [before, between, after] = [pieces.slice(0, first), pieces.slice(first + 1, second), pieces.slice(second + 1)];
  return {
    before: tokens(before),
    between: tokens(between),
    after: tokens(after),
    segments: {
      before: before[0]?.segment ?? 0,
      first: pieces[first].segment,
      between: between.flatMap(({ tokens: each, segment }) => (each ?? []).map(() => segment)),
      second: pieces[second].segment,
      after: after[0]?.segment ?? 0,
    },
  };
}

const partsOf = (part: Part | null): Part[] =>
  part === null ? [] : Array.isArray(part.processors) ? (part.processors as Part[]).flatMap(partsOf) : [part];

function piecesOf(part: Part, file: TokenizerFile): Piece[] | null {
  const text = (segment: number): Piece => ({ tokens: null, segment });
  if (part.type === 'TemplateProcessing') return templateOf(part, file);
  if (part.type !== 'BertProcessing' && part.type !== 'RobertaProcessing') return null;
  const [cls, sep] = [part.cls, part.sep].map((one) => (Array.isArray(one) ? (one as unknown[])[1] : null));
  if (typeof cls !== 'number' || typeof sep !== 'number') return null;
  const token = (id: number, segment: number): Piece => ({ tokens: [id], segment });
  return part.type === 'BertProcessing'
    ? [token(cls, 0), text(0), token(sep, 0), text(1), token(sep, 1)]
    : [token(cls, 0), text(0), token(sep, 0), token(sep, 0), text(0), token(sep, 0)];
}

function templateOf({ pair, special_tokens: special }: Part, file: TokenizerFile): Piece[] | null {
  if (!Array.isArray(pair)) return null;
  const pieces: Piece[] = [];
  for (const one of pair as Record<string, { id?: unknown; type_id?: unknown } | undefined>[]) {
    const { id, type_id: type } = one.SpecialToken ?? one.Sequence ?? {};
    const segment = type === 1 ? 1 : 0;
    if (one.Sequence) pieces.push({ tokens: null, segment });
    else {
      const said = (special as Record<string, { ids?: unknown } | undefined> | undefined)?.[String(id)]?.ids;
      const tokens = Array.isArray(said) ? said.filter((token) => typeof token === 'number') : named(file, String(id));
      if (tokens.length === 0) return null;
      pieces.push({ tokens, segment });
    }
  }
  return pieces;
}

const named = (file: TokenizerFile, name: string): number[] => {
  const found = file.added_tokens.find(({ content }) => content === name)?.id;
  return found === undefined ? [...openTokenizer(file).encode(name)].slice(0, 1) : [found];
};
