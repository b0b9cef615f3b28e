import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { tempFolder } from './temp-workspace.ts';

/** Nets of 5,000 to 12,000 weights, and what PyTorch makes of them: test/fixtures/text-nets/make.py. */

const fixtures = join(import.meta.dirname, '../fixtures/text-nets');
const read = (name: string): Buffer => readFileSync(join(fixtures, name));
const json = (name: string): unknown => JSON.parse(read(name).toString());

export interface WrittenBySearch {
  texts: { tokens: number[]; score: number }[];
  margin: number;
}
export interface WrittenGreedily {
  tokens: number[];
  margin: number;
}
interface Source {
  source: string;
  tokens: number[];
  /** After the decoder's first token. */
  logits: number[];
  written: Record<string, WrittenBySearch | WrittenGreedily>;
  int8?: { logits: number[]; tokens: number[]; margin: number };
}
export interface TwoNetsGolden {
  rules: Record<string, Record<string, unknown>>;
  cases: Source[];
}
export interface Named {
  label: string;
  text: string;
  start: number;
  end: number;
  score: number;
}
export interface EncoderGolden {
  pairs: {
    text: string;
    pair: string | null;
    tokens: number[];
    types: number[];
    logits: number[];
    probabilities: number[];
    int8: number[];
  }[];
  masked: { tokens: number[]; logits: number[][] };
  named: { text: string; spans: Named[] }[];
  asked: { question: string; context: string; answers: Omit<Named, 'label'>[]; none: number; windows: number }[];
}

export const golden = json('golden.json') as Record<'t5' | 'bart' | 'marian', TwoNetsGolden> &
  Record<'bert' | 'roberta', EncoderGolden>;
export type Family = keyof typeof golden;

export interface NetFolder {
  /** Where each of the fixture's files lies. */
  files: Readonly<Record<string, string>>;
  /** More of config.json. */
  config?: object;
  /** generation_config.json, where there is one. */
  generation?: object;
}

/** A new folder as Hugging Face's hub has it. */
export function netFolder(family: Family, { files, config = {}, generation }: NetFolder): string {
  const path = join(tempFolder(), family);
  const put = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  };
  put('config.json', JSON.stringify({ ...(json(`${family}/config.json`) as object), ...config }));
  put('tokenizer.json', read(`${family}/tokenizer.json`));
  if (generation) put('generation_config.json', JSON.stringify(generation));
  for (const [name, from] of Object.entries(files)) put(name, gunzipSync(read(`${family}/${from}.onnx.gz`)));
  return path;
}

export const farthest = (found: ArrayLike<number>, wanted: ArrayLike<number>): number =>
  found.length === wanted.length
    ? Math.max(...Array.from(wanted, (value, i) => Math.abs(found[i] - value)))
    : Number.POSITIVE_INFINITY;
