import { dirname } from 'node:path';
import { statSync } from 'node:fs';
import { TokenTrie } from '../../../generation/token-trie.ts';
import type { Grammar, Language } from '../../../generation/grammar/grammar.ts';
import { classesOf, type TextInputEncoder } from '../../../datasets/encode/encoder.ts';
import { maskOf } from '../../../datasets/encode/texts/language.ts';
import { writeModel } from '../../../onnx/write.ts';
import { Causal } from '../../../runtime/causal.ts';
import { checkpointPath } from '../../../runtime/checkpoint.ts';
import type { NextToken } from '../../../runtime/next-token.ts';
import { Seq2Seq } from '../../../runtime/seq2seq.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { GenerateParams } from '../../../shared/work/generate.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { tokenBytes } from '../../../tokenizers/token-bytes.ts';
import type { TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';
import { textClassifier } from '../encoders/run-classifier.ts';
import { exportFacts, readModelFile } from '../exported-model.ts';
import { languageGraph } from '../language/graph.ts';
import { continuationOf } from '../language/model.ts';
import { readBest, readEncoder } from '../run-files.ts';
import type { ReadModel } from './folder-files.ts';
import { readModelFolder } from './model-folder.ts';
import { requireMemory } from './onnx-weights.ts';
import { isWriter, type Parts, type RunOfTexts } from './parts.ts';
import { farTooLong, requireRoom, requireSource, type PromptLength } from './prompt-length.ts';
import type { Form, Writer } from './writing.ts';

export interface OpenWriter extends Writer {
  /** The tokens of a prompt; never none. */
  encode(prompt: string, laidOut?: boolean): number[];
  /**
   * Takes the prompt in: its tokens, and those after which is written. They are the same, but where another text is written of it: that is read
   * now, and the new text begins with what its model begins all with.
   */
  take(prompt: string, laidOut?: boolean): Promise<{ prompt: number[]; fed: number[] }>;
  /** The tokens of what an answer to the prompt begins with. */
  begun(prompt: string, begin: string): number[];
  /** What a token reads as by itself; nothing where it is one of those that are no text. */
  spelled(token: number): string;
  /** Made when it is first asked for. Throws `unsupported_tokenizer`. */
  form(grammar: { grammar: Grammar; language: Language }): Form;
  close(): Promise<void>;
}

/** Reads the weights of a model that is known. `read`: hears of what they are. `cache`: see `Causal`. */
export async function openParts(
  parts: Parts,
  threads: number,
  { cache = true, read = () => {} }: { cache?: boolean; read?: (model: ReadModel) => void } = {},
): Promise<OpenWriter> {
  const { file, ends, context } = parts;
  if (!isWriter(parts)) throw notAWriter('The model');
  const { model, source } = await openNets(parts, { threads, cache, read });
  const tokenizer = openTokenizer(file);
  const known = tokenBytes(file);
  const special = new Set(file.added_tokens.filter((one) => one.special).map(({ id }) => id));
  let before: readonly number[] = [];
  let trie: TokenTrie | null = null;
  return {
    model,
    begins: source !== null,
    rules: parts.rules,
    forced: parts.rewriting ? parts.rewriting.start.length - 1 : 0,
    reader: {
      bytes: known?.bytes ?? null,
      dropsFirstSpace: known?.dropsFirstSpace ?? false,
      decode: (tokens) => continuationOf(tokenizer, before, tokens),
    },
    ends: new Set(ends),
    context,
    encode(text, laidOut) {
      before = promptTokens(parts, text, laidOut);
      return [...before];
    },
    async take(text, laidOut) {
      const prompt = promptTokens(parts, text, laidOut);
      before = source ? [] : prompt;
      await source?.read(prompt);
      return { prompt, fed: source ? [...parts.rewriting!.start] : prompt };
    },
    begun(prompt, begin) {
      if (begin === '') return [];
      if (source) return [...tokenizer.encode(begin, { special: false })];
      const [head, whole] = [promptTokens(parts, prompt), promptTokens(parts, prompt + begin)];
      // Pieces may be cut otherwise where both meet.
      if (head.every((token, i) => token === whole[i])) return whole.slice(head.length);
      return [...tokenizer.encode(begin, { special: false })];
    },
    spelled: (token) => (special.has(token) ? '' : tokenizer.decode([token])),
    form(grammar) {
      if (!known) {
        throw new AtelierError(
          'unsupported_tokenizer',
          'The model’s tokens stand for no letters of their own (its tokenizer joins them by rules), so its output cannot be held to a form.',
        );
      }
      trie ??= new TokenTrie(known.bytes.map((each, token) => (ends.includes(token) ? null : each)));
      return { grammar, trie };
    },
    close: () => model.close(),
  };
}

interface OpenNets {
  model: NextToken;
  /** Where another text is written of the prompt, what reads that. */
  source: Seq2Seq | null;
}

async function openNets(
  { model, sizes = null, withPast = null, rewriting }: Parts,
  { threads, cache, read }: { threads: number; cache: boolean; read: (model: ReadModel) => void },
): Promise<OpenNets> {
  const options = { device: 'cpu', threads, cache } as const;
  const taken = (weights: ReadModel): ReadModel['model'] => {
    read(weights);
    return weights.model;
  };
  const later = withPast && (() => taken(withPast()));
  if (!rewriting)
    return { model: await Causal.open(taken(model()), options, { sizes, withPast: later }), source: null };
  const { encoder } = rewriting;
  const files = { decoder: () => taken(model()), encoder: () => taken(encoder()), withPast: later };
  const source = await Seq2Seq.open(files, options, sizes);
  return { model: source, source };
}

/** Said before its weights are read: whether a prompt so long fits. Throws `prompt_too_long`. */
export function requireFit(parts: Parts, length: PromptLength): void {
  if (parts.rewriting) requireSource(length, parts.context);
  else requireRoom(length, parts.context);
}

/** How long a prompt is. One that is far too long is not made into tokens to say so. */
export function promptLength(parts: Parts, text: string, laidOut = false): PromptLength {
  return farTooLong(parts, text) ?? { tokens: promptTokens(parts, text, laidOut).length };
}

/** The tokens of a prompt; never none. `laidOut`: a template has put what begins a text there already. */
export function promptTokens({ file, begin = null, ends, rewriting }: Parts, text: string, laidOut = false): number[] {
  const tokenizer = openTokenizer(file);
  const tokens = [...tokenizer.encode(text, { special: !laidOut })];
  // All of these end what they read alike, and most tokenizers put it there by themselves.
  if (rewriting && !ends.includes(tokens.at(-1) ?? -1)) tokens.push(...ends.slice(0, 1));
  if (!laidOut && begin !== null && tokens[0] !== begin) tokens.unshift(begin);
  // As after the text before: where a text begins.
  return tokens.length > 0 ? tokens : [ends[0] ?? tokenizer.special.pad];
}

/** Errors: not_a_writer, no_such_file, tokenizer_missing, not_a_tokenizer, broken_model. */
export function partsOf(model: GenerateParams['model']): Parts {
  if ('runFolder' in model) {
    const encoder = readEncoder(model.runFolder);
    if (encoder.kind !== 'text' || !encoder.tokenizer) throw notAWriter('The run');
    if (!encoder.language) return classifyingRun(model, encoder, encoder.tokenizer);
    const { end } = openTokenizer(encoder.tokenizer).special;
    const mask = encoder.language === 'masked' ? maskOf(openTokenizer(encoder.tokenizer)) : null;
    const ends = end === null ? [] : [end];
    const bytes = statSync(checkpointPath(model.runFolder, 'best'), { throwIfNoEntry: false })?.size ?? 0;
    const read = (): ReadModel => {
      requireMemory(model.runFolder, bytes);
      return { model: writeModel(languageGraph(model.settings, encoder, readBest(model.runFolder).model)), paths: [] };
    };
    const kind = mask === null ? 'writes' : 'fills';
    return { model: read, bytes, file: encoder.tokenizer, ends, context: encoder.length, template: null, kind, mask };
  }
  if (statSync(model.path, { throwIfNoEntry: false })?.isDirectory()) return folderParts(model.path, model.file);
  const { model: graph } = readModelFile(model.path);
  const facts = exportFacts(graph);
  if (facts && !(facts.task === 'language' && facts.encoder.kind === 'text')) {
    throw notAWriter('The file');
  }
  // What Atelier exports lies in such a folder as well.
  const inOnnx = /[\\/]onnx[\\/][^\\/]+$/.exec(model.path);
  const folder = inOnnx ? dirname(dirname(model.path)) : dirname(model.path);
  return folderParts(folder, model.path.slice(folder.length + 1));
}

function folderParts(path: string, name?: string): Parts {
  const { tokenizer, ...rest } = readModelFolder(path, name);
  return { ...rest, file: tokenizer, mask: rest.kind === 'fills' ? maskOf(openTokenizer(tokenizer)) : null };
}

function classifyingRun(run: RunOfTexts, encoder: TextInputEncoder, file: TokenizerFile): Parts {
  const kind = textClassifier(encoder);
  if (!kind) throw notAWriter('The run');
  const weights = checkpointPath(run.runFolder, 'best');
  const bytes = statSync(weights, { throwIfNoEntry: false })?.size ?? 0;
  const read = (): ReadModel => {
    requireMemory(run.runFolder, bytes);
    return { model: weights, paths: [weights] };
  };
  const head = { kind, labels: classesOf(encoder) };
  const common = { bytes, file, ends: [], context: encoder.length, template: null, mask: null };
  return { ...common, model: read, kind: 'classifies', head, run };
}

const notAWriter = (what: string): AtelierError =>
  new AtelierError(
    'not_a_writer',
    `${what} is no language model that writes. Choose a gpt run, or the folder of a causal language model.`,
  );
