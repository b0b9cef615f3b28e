import { dirname, join } from 'node:path';
import { compileEvaluation } from '../../../autodiff/compile.ts';
import type { TextInputEncoder } from '../../../datasets/encode/encoder.ts';
import { stepsBefore } from '../../../datasets/encode/onnx.ts';
import { loadTrainingData, type EncodedSplit } from '../../../datasets/training-data.ts';
import { configJson, generationJson } from '../../../export/hugging-face.ts';
import { exportMetadata } from '../../../export/metadata.ts';
import { judge, parityTolerance, together, type Compared } from '../../../export/parity.ts';
import { Decoder } from '../../../runtime/decoder.ts';
import { Evaluator } from '../../../runtime/evaluate.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { ExportParams, ExportResult } from '../../../shared/work/export.ts';
import type { Parity } from '../../../shared/run.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { configOf } from '../../../tokenizers/special.ts';
import type { Tokenizer } from '../../../tokenizers/tokenizer.ts';
import type { JobContext } from '../../port/job-port.ts';
import { openCompanion } from '../companion.ts';
import { RunModel } from '../run-model.ts';
import { sha256Of, writeChecked } from '../write-checked.ts';
import { languageGraph } from './graph.ts';
import { Guesser } from './guesser.ts';

/** Blocks that both are asked about; each has as many answers as places. */
const checkedBlocks = 16;
/** Of these so many token by token. */
const steppedBlocks = 4;

/**
 * Writes a language model as a folder of Hugging Face's layout: `params.out` is the model's file in it. It takes its place only once it is
 * shown to say what the run says, with the cache and without.
 */
export async function exportLanguage(params: ExportParams, context: JobContext): Promise<ExportResult> {
  const { settings, manifest, out } = params;
  context.progress({ stage: 'writing', unit: 'steps', done: 0, total: 3 });
  const own = await RunModel.open(params, settings.threads);
  try {
    const { encoder } = own;
    if (encoder.kind !== 'text' || !encoder.tokenizer || !encoder.language)
      throw new AtelierError('internal', 'A language model without texts.');
    const { vocabulary, special } = openTokenizer(encoder.tokenizer);
    const facts = { vocabulary, length: encoder.length, ...special };
    const tokenizer = Buffer.from(JSON.stringify(encoder.tokenizer));
    const companion = { file: 'tokenizer.json', sha256: sha256Of(tokenizer) };
    const metadata = exportMetadata(params.metadata, {
      task: 'language',
      encoder,
      manifest,
      settings,
      classes: [],
      tokenizer: companion,
    });
    const model = { ...languageGraph(settings, encoder, own.values), metadata };
    const folder = dirname(dirname(out));
    const json = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    const beside: Record<string, Uint8Array> = {
      'config.json': json(configJson(settings, encoder.language, facts)),
      // One brought has its own.
      'tokenizer_config.json': json(
        configOf(encoder.tokenizer) ?? {
          tokenizer_class: 'PreTrainedTokenizerFast',
          clean_up_tokenization_spaces: false,
        },
      ),
      ...(encoder.language === 'next' ? { 'generation_config.json': json(generationJson(facts)) } : {}),
    };
    const written = await writeChecked(
      {
        out,
        model,
        beside: [
          { path: join(folder, companion.file), bytes: tokenizer },
          ...Object.entries(beside).map(([name, bytes]) => ({ path: join(folder, name), bytes })),
        ],
        check: (bytes, [file]) =>
          checkLanguage(bytes, openCompanion(folder, { ...companion, file }), own, encoder, params, context),
        on: 'blocks',
      },
      context,
    );
    return { path: out, ...written, tokenizer: join(folder, companion.file), stepsBefore: stepsBefore(encoder) };
  } finally {
    await own.close();
  }
}

/** The file in a session of its own, against the graph that was trained: each place's probabilities. */
async function checkLanguage(
  bytes: Uint8Array,
  reader: Tokenizer,
  own: RunModel,
  encoder: TextInputEncoder,
  { blobs, manifest, settings }: ExportParams,
  context: JobContext,
): Promise<Parity> {
  const { splits } = await loadTrainingData(blobs, manifest, encoder);
  const name = (['test', 'validation', 'train'] as const).find((split) => splits[split].count > 0);
  if (!name) throw new AtelierError('no_samples', 'The dataset holds no text to check the exported file on.');
  const { length } = encoder;
  const tokenizer = openTokenizer(encoder.tokenizer!);
  const count = Math.min(splits[name].count, checkedBlocks);
  const rows = blocksOf(splits[name], count, length);
  checkTokenizer(reader, tokenizer, rows);

  const options = { device: 'cpu', threads: settings.threads } as const;
  const evaluator = await Evaluator.open(compileEvaluation(own.net.forward, {}), options);
  const compared: Compared[] = [];
  const compare = (wanted: Float32Array, found: Float32Array): void => {
    const width = wanted.length / length;
    for (let place = 0; place < found.length / width; place++) {
      const row = (all: Float32Array): Float32Array => softmax(all.subarray(place * width, (place + 1) * width));
      compared.push(compareDistributions(row(wanted), row(found)));
    }
  };
  const exported = await openExported(bytes, encoder, options);
  try {
    for (const [i, row] of rows.entries()) {
      const sample = { count: 1, x: row, y: new Int32Array(length) };
      const { collected } = await evaluator.evaluate(sample, own.values, { collect: ['prediction'] });
      // Nobody sees filling, which stands at the end of a row; what is said there is nobody's to compare.
      const end = row.indexOf(tokenizer.special.pad);
      const tokens = row.subarray(0, end < 0 ? length : end);
      const wanted = collected.prediction!.slice();
      for (const found of await exported.logits(tokens, i < steppedBlocks)) compare(wanted, found);
      await context.pause();
    }
  } finally {
    await exported.close();
    await evaluator.close();
  }
  return judge(
    { ...together(compared), agreement: compared.filter(({ agreement }) => agreement === 1).length / compared.length },
    count,
    name,
  );
}

/** All at once; and, where it has a cache and `stepped`, the first half at once and the rest token by token. */
async function openExported(
  bytes: Uint8Array,
  { language, tokenizer }: TextInputEncoder,
  options: { device: 'cpu'; threads: number },
): Promise<{ logits(tokens: Int32Array, stepped: boolean): Promise<Float32Array[]>; close(): Promise<void> }> {
  if (language === 'masked') {
    const guesser = await Guesser.open(bytes, openTokenizer(tokenizer!).special.pad, options);
    return { logits: async (tokens) => [await guesser.logits(tokens)], close: () => guesser.close() };
  }
  const decoder = await Decoder.open(bytes, options);
  return {
    async logits(tokens, stepped) {
      decoder.reset();
      const found = [(await decoder.feed(tokens)).slice()];
      if (!stepped) return found;
      decoder.reset();
      const half = Math.ceil(tokens.length / 2);
      const parts = [[...(await decoder.feed(tokens.subarray(0, half)))]];
      for (const token of tokens.subarray(half)) parts.push([...(await decoder.feed([token]))]);
      return [...found, Float32Array.from(parts.flat())];
    },
    close: () => decoder.close(),
  };
}

/** Rows spread evenly over the split. */
function blocksOf({ count, x }: EncodedSplit, wanted: number, length: number): Int32Array[] {
  return Array.from({ length: wanted }, (_, i) => {
    const at = Math.floor((i * count) / wanted);
    return Int32Array.from(x.subarray(at * length, (at + 1) * length));
  });
}

/** What others read out of tokenizer.json cuts a text as the run did. */
function checkTokenizer(reader: Tokenizer, own: Tokenizer, rows: readonly Int32Array[]): void {
  for (const row of rows) {
    const text = own.decode(row);
    if (own.encode(text).join() === reader.encode(text).join()) continue;
    throw new AtelierError(
      'parity_failed',
      'The exported tokenizer.json does not cut texts as the run does, so nothing was kept. This is a fault in Atelier: please report it with the run’s settings.',
    );
  }
}

function softmax(logits: Float32Array): Float32Array {
  const best = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const powers = logits.map((logit) => Math.exp(logit - best));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** One place: how far off a probability is, and whether the likeliest token is one that the run holds for as likely. */
function compareDistributions(own: Float32Array, exported: Float32Array): Compared {
  let [maxDifference, best] = [0, 0];
  for (let i = 0; i < own.length; i++) {
    const difference = Math.abs(own[i] - exported[i]);
    maxDifference = Math.max(maxDifference, Number.isNaN(difference) ? Infinity : difference);
    if (exported[i] > exported[best]) best = i;
  }
  const most = own.reduce((top, each) => Math.max(top, each), -Infinity);
  return { maxDifference, agreement: own[best] >= most - parityTolerance ? 1 : 0 };
}
