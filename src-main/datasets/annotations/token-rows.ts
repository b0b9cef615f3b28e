import type { SampleAnnotations, Span } from '../../shared/annotation.ts';
import type { JsonObject } from '../json/members.ts';
import { plainText } from '../texts/document.ts';
import { detokenize } from './detokenize.ts';
import { isTag, spansOf } from './tags.ts';

/** Which members of a record hold its tokens, and what is said of each. */
export interface TokenLayout {
  tokens: string;
  /** A tag for each token: its name, or its class's number. */
  tags: string;
  /** How a class, or a tag as it is written, is called in the schemes' letters. */
  word(tag: string): string;
  /** The classes' names by their numbers; null where tags are written out. */
  names: readonly string[] | null;
  /** Lists that say something else of each token. */
  columns: readonly { name: string; names: readonly string[] | null }[];
  /** The text as it was before it was cut, where there is one. */
  text: string | null;
  /** What is said of the whole text besides. */
  others: readonly string[];
}

const tokenNames = ['tokens', 'words', 'token', 'word'];
const tagNames = ['ner_tags', 'ner', 'ner_labels', 'entity_tags', 'bio_tags', 'iob_tags', 'tags', 'labels', 'label'];
const textNames = ['text', 'sentence'];
const maxToken = 1000;
const maxTokens = 100_000;

/** A list in every record; `values`: of tags some that are there, by their names where these are known. */
export interface ListFacts {
  name: string;
  texts: boolean;
  names: readonly string[] | null;
  values: readonly string[];
}

/** Which lists are tokens and their tags; null where none can be. `scalars`: the members that are no lists. */
export function tokenLayout(lists: readonly ListFacts[], scalars: readonly string[]): TokenLayout | null {
  const tokens = tokenNames.map((name) => lists.find((list) => list.texts && list.name === name)).find(Boolean);
  if (!tokens) return null;
  const rank = ({ name }: ListFacts): number => (tagNames.includes(name) ? tagNames.indexOf(name) : tagNames.length);
  const tagged = lists
    .filter((list) => list !== tokens)
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((list) => {
      const word = tagWord(list);
      return word ? [{ list, word }] : [];
    });
  if (tagged.length === 0) return null;
  const [{ list: tags, word }] = tagged;
  const text = textNames.find((name) => scalars.includes(name)) ?? null;
  return {
    ...{ tokens: tokens.name, tags: tags.name, word, names: tags.names, text },
    columns: lists.filter((list) => list !== tokens && list !== tags).map(({ name, names }) => ({ name, names })),
    others: scalars.filter((name) => name !== text),
  };
}

/** Null where these are no tags. Classes without a scheme's letters are of the tokens inside. */
function tagWord({ name, names, values, texts }: ListFacts): ((tag: string) => string) | null {
  const all = names ?? (texts ? values : []);
  const marking = all.filter((tag) => tag !== 'O');
  if (marking.length === 0) return null;
  if (marking.every(isTag)) return (tag) => tag;
  const plain = all.includes('O') && /ner|entit/i.test(name) && !marking.some(isTag);
  return plain ? (tag) => (tag === 'O' ? tag : `I-${tag}`) : null;
}

export interface TokenRow {
  text: string;
  tags: string[];
  sample: SampleAnnotations;
  /** No token has a tag: all say that it is not known. */
  unsaid: boolean;
}

/** What is wrong with a record, in words that go on from where it is; else what it says. */
export function tokenRow(record: JsonObject, layout: TokenLayout): TokenRow | string {
  const [tokens, numbers] = [record[layout.tokens], record[layout.tags]];
  if (!Array.isArray(tokens) || !Array.isArray(numbers)) return `has no lists "${layout.tokens}" and "${layout.tags}"`;
  if (tokens.length !== numbers.length) {
    return `has ${tokens.length} of "${layout.tokens}" and ${numbers.length} of "${layout.tags}", which must be as many`;
  }
  if (tokens.length > maxTokens) return `has more than ${maxTokens} tokens`;
  const given: string[] = tokens.map((token: unknown) => (typeof token === 'string' ? token : String(token ?? '')));
  if (given.some((token) => token.length > maxToken || token.includes('\0'))) {
    return `has a token of more than ${maxToken} characters, or with a NUL in it`;
  }
  const tags: string[] = [];
  for (const number of numbers as unknown[]) {
    const tag = tagOf(number, layout);
    if (tag === null) return `has the tag ${JSON.stringify(number)}, which is none of "${layout.tags}"`;
    tags.push(tag);
  }
  // Blank ones are left over from cutting, and have no place in a text.
  const kept = given.flatMap((token, i) => (token.trim() === '' ? [] : [i]));
  const words = kept.map((i) => given[i].trim());
  const marked = kept.map((i) => tags[i]);
  if (words.length === 0) return 'has no text';
  const { text, offsets } = placed(words, layout.text === null ? null : record[layout.text]) ?? detokenize(words);
  const annotations = spansOf(marked).map(({ first, last, class: name }): Span => {
    return { type: 'span', class: name, start: offsets[2 * first], end: offsets[2 * last + 1] };
  });
  const columns = layout.columns.flatMap(({ name, names }) => {
    const values = record[name];
    if (!Array.isArray(values) || values.length !== given.length) return [];
    return [kept.map((i) => wordOf(values[i], names))];
  });
  const unsaid = numbers.every((number: unknown) => Number(number) < 0);
  return {
    ...{ text, tags: marked, unsaid },
    sample: { annotations, tokens: offsets, ...(columns.length > 0 && { tokenColumns: columns }) },
  };
}

/** Null for one that is there but means nothing. Negative: not said, as Hugging Face has it. */
function tagOf(given: unknown, { names, word }: TokenLayout): string | null {
  if (typeof given === 'string') return given === 'O' || isTag(word(given)) ? word(given) : null;
  if (typeof given !== 'number' || !Number.isInteger(given) || !names) return null;
  if (given < 0) return 'O';
  return given < names.length ? word(names[given]) : null;
}

function wordOf(value: unknown, names: readonly string[] | null): string {
  if (typeof value === 'number' && names) return names[value] ?? String(value);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '_';
}

/** Where the tokens stand in the text that they were cut from; null where they do not. */
function placed(tokens: readonly string[], given: unknown): { text: string; offsets: number[] } | null {
  const text = typeof given === 'string' ? plainText(given) : null;
  if (text === null) return null;
  const offsets: number[] = [];
  let at = 0;
  for (const token of tokens) {
    const start = text.indexOf(token, at);
    if (start < 0 || text.slice(at, start).trim() !== '') return null;
    offsets.push(start, (at = start + token.length));
  }
  return text.slice(at).trim() === '' ? { text, offsets } : null;
}
