import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { classesOf } from '../../datasets/encode/encoder.ts';
import { rawTexts } from '../../datasets/encode/texts/load.ts';
import type { Cell, Given } from '../../export/programs/facts.ts';
import { programs } from '../../export/programs/index.ts';
import type { ValueInfo } from '../../onnx/types.ts';
import { dataOf, type Value } from '../../runtime/session.ts';
import { AtelierError } from '../../shared/errors.ts';
import { shortestFloat32 } from '../../shared/float32.ts';
import type { ModelPort, ModelUse, ModelUseQuestion } from '../../shared/model-use.ts';
import { openTokenizer } from '../../tokenizers/open.ts';
import { parseTokenizerFile } from '../../tokenizers/tokenizer-file.ts';
import { exportFacts, feedsOf, readModelFile } from './exported-model.ts';
import { prepared } from './prepared.ts';
import { eachRawBatch, type RawRows } from './raw-samples.ts';
import type { ExportFacts } from './read-metadata.ts';

/** A text in a program: enough to see what it is. */
const shownText = 120;
const promptWords = 6;

/**
 * What an exported file takes and gives, read out of the file itself, and programs that give it the first sample of what it was trained on.
 * Throws `model_unreadable`, `model_too_large`, `broken_model`.
 */
export async function modelUse(question: ModelUseQuestion): Promise<ModelUse> {
  const { path, fileName } = question;
  const { model } = readModelFile(path);
  const facts = exportFacts(model);
  if (!facts) {
    throw new AtelierError(
      'broken_model',
      `${basename(path)} is not what was exported any more. Export the run again.`,
    );
  }
  const inputs = model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name)).map(portOf);
  const outputs = model.graph.outputs.map(portOf);
  const classes = classesOf(facts.encoder);
  const given = await givenTo(facts, inputs, question);
  const { task } = facts;
  return {
    inputs,
    outputs,
    classes,
    rate: given.kind === 'sound' ? given.rate : null,
    programs: programs({ file: fileName, task, given, inputs, outputs, classes }),
  };
}

const portOf = ({ name, type, shape = [] }: ValueInfo): ModelPort => ({ name, type, shape: [...shape] });

async function givenTo(
  { task, encoder, tokenizer }: ExportFacts,
  inputs: readonly ModelPort[],
  question: ModelUseQuestion,
): Promise<Given> {
  if (task === 'generation') return { kind: 'noise', size: Number(inputs[0].shape[1]) };
  if (encoder.kind === 'images') return { kind: 'image', image: encoder.image };
  if (encoder.kind === 'audio') return { kind: 'sound', rate: encoder.spectrogram.rate };
  const row = await firstRow(encoder, question);
  if (encoder.kind === 'text' && tokenizer) {
    const { rows, columns } = (await prepared(encoder, row)) as RawRows;
    const [text] = rawTexts(encoder, rows, columns);
    if (task !== 'language') return { kind: 'tokens', tokenizer: tokenizer.file, text: beginning(text) };
    const words = text.trim().split(/\s+/).slice(0, promptWords);
    if (encoder.language === 'next') return { kind: 'prompt', text: beginning(words.join(' ')), mask: null };
    const mask = maskName(join(dirname(dirname(question.path)), tokenizer.file));
    return { kind: 'prompt', text: beginning([...words.slice(0, -1), mask].join(' ')), mask };
  }
  const names = inputs.map(({ name }) => name);
  const values = await feedsOf(encoder, names, row, null);
  return { kind: 'cells', cells: names.map((name) => firstOf(values[name])) };
}

async function firstRow(encoder: ExportFacts['encoder'], { blobs, manifest }: ModelUseQuestion): Promise<RawRows> {
  let row: RawRows | undefined;
  const split = { count: 1, x: new Float32Array(), indices: Int32Array.of(0) };
  await eachRawBatch({ blobs, manifest, encoder, split }, (raw) => {
    if (raw.kind === 'table') row = raw;
    return Promise.resolve();
  });
  if (!row) throw new AtelierError('internal', 'A version without a sample.');
  return row;
}

function firstOf(value: Value): Cell {
  if (value.type === 'string') {
    const [text] = value.data as unknown as string[];
    return text === '' ? null : beginning(text);
  }
  const number = Number(dataOf(value)[0]);
  if (Number.isNaN(number)) return null;
  return value.type === 'float32' ? shortestFloat32(number) : number;
}

const beginning = (text: string): string => (text.length > shownText ? `${text.slice(0, shownText - 1)}…` : text);

/** What is written where a masked language model is to guess. */
function maskName(path: string): string {
  const file = parseTokenizerFile(readFileSync(path, 'utf8'), basename(path));
  const { mask } = openTokenizer(file).special;
  return file.added_tokens.find(({ id }) => id === mask)?.content ?? '[MASK]';
}
