// How fast text is written, against plain loops over the same ONNX Runtime in the same process, by turns: greedy, one text, the same tokens, which is
// checked. Processor time, of one thread of ONNX Runtime's and of all that the loop itself costs, which what else the machine does changes little. The
// plain loop does what that of @huggingface/transformers must: inputs from BigInts, a session's run, the likeliest of the logits, what is
// seen as it comes out of the session put in again. It makes no text of the tokens, has no settings and no stop; ours has all of these.
//   npm run bench -- generate     BENCH_MODEL=<folder as on Hugging Face's hub>   BENCH_TOKENS=200   BENCH_TURNS=5   BENCH_PROMPT="Once upon a time"
// Without a model a Llama of weights by chance is made. @huggingface/transformers itself is no package of this project: it is installed beside it
// (peer-packages.ts), and writes with the same weights, a cache and the same release of ONNX Runtime, of the operators that exporters use
// (usual-llama.ts). In its time are its loop and its logits' processors, in ours the text, the settings and the stop.

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { llamaWeights, tinyConfig, tinyFolder, tinyTokenizer } from '../support/tiny-llama.ts';
import { packagesOf, transformersJs } from './peer-packages.ts';
import { usualLlamaOf } from './usual-llama.ts';
import { usualGeneration } from '../../src-main/shared/generation.ts';
import { openParts, partsOf, type OpenWriter } from '../../src-main/utility/work/generate/open.ts';
import { write } from '../../src-main/utility/work/generate/writing.ts';

const most = Number(process.env.BENCH_TOKENS ?? 200);
const turns = Number(process.env.BENCH_TURNS ?? 5);
const prompt = process.env.BENCH_PROMPT ?? 'Once upon a time';
const threads = 1;

/** Writes after these tokens, and gives those that it wrote. */
type Loop = (tokens: readonly number[], count: number) => Promise<number[]>;

const ours =
  (writer: OpenWriter): Loop =>
  async (tokens, maxTokens) => {
    const hooks = { told: () => undefined, pause: () => Promise.resolve(), stopRequested: () => false };
    const settings = { ...usualGeneration, temperature: 0, maxTokens };
    const { texts } = await write(writer, tokens, settings, null, hooks);
    return texts[0].tokens;
  };

function likeliest(logits: Tensor): number {
  const [, length, width] = logits.dims;
  const row = (logits.data as Float32Array).subarray((length - 1) * width);
  let best = 0;
  for (let i = 1; i < width; i++) if (row[i] > row[best]) best = i;
  return best;
}

function plain(session: InferenceSession, heads: number, headSize: number): Loop {
  const pasts = session.inputNames.filter((name) => name.startsWith('past_key_values.'));
  const ints = (values: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  return async (tokens, count) => {
    const all = [...tokens];
    let cache: Record<string, Tensor> = Object.fromEntries(
      pasts.map((name) => [name, new Tensor('float32', new Float32Array(0), [1, heads, 0, headSize])]),
    );
    for (let fed = 0; all.length < tokens.length + count;) {
      const from = pasts.length > 0 ? fed : 0;
      const offered: Record<string, () => Tensor> = {
        input_ids: () => ints(all.slice(from)),
        attention_mask: () => ints(all.map(() => 1)),
        position_ids: () => ints(all.slice(from).map((_, i) => from + i)),
        num_logits_to_keep: () => new Tensor('int64', BigInt64Array.of(1n), []),
      };
      const feeds = { ...cache };
      for (const name of session.inputNames) if (!(name in cache)) feeds[name] = offered[name]();
      const out = await session.run(feeds);
      cache = Object.fromEntries(pasts.map((name) => [name, out[name.replace('past_key_values', 'present')]]));
      fed = all.length;
      all.push(likeliest(out.logits));
    }
    return all.slice(tokens.length);
  };
}

/**
 * The loop of @huggingface/transformers, on that model; null where it cannot be had.
 * @param folder of the model, for what else lies in it
 * @param into an empty one
 */
async function transformers(folder: string, model: Uint8Array, into: string): Promise<Loop | null> {
  const packages = await packagesOf(transformersJs);
  if (!packages) return null;
  const found = createRequire(join(packages, 'package.json')).resolve('@huggingface/transformers');
  const library = await import(pathToFileURL(found).href);
  console.log(`@huggingface/transformers ${library.env.version}, on its own copy of ONNX Runtime`);
  mkdirSync(join(into, 'onnx'), { recursive: true });
  for (const name of readdirSync(folder))
    if (name.endsWith('.json')) copyFileSync(join(folder, name), join(into, name));
  writeFileSync(join(into, 'onnx/model.onnx'), model);
  library.env.allowRemoteModels = false;
  const options = { dtype: 'fp32', device: 'cpu', session_options: { intraOpNumThreads: threads } };
  const opened = await library.AutoModelForCausalLM.from_pretrained(into, options);
  return async (tokens, count) => {
    const length = tokens.length;
    const ids = new library.Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, length]);
    const mask = library.ones_like(ids);
    const asked = { inputs: ids, attention_mask: mask, max_new_tokens: count, min_new_tokens: count, do_sample: false };
    const out = await opened.generate(asked);
    return Array.from(out.data as BigInt64Array, Number).slice(length);
  };
}

/** Of 13 million weights and as many tokens as a GPT-2 for one language has, few of which any text is made of. */
function chanceFolder(folder: string): string {
  const size = { vocabulary: 32_000, width: 256, layers: 6, heads: 8, keyValueHeads: 4, headSize: 32, context: 1024 };
  const config = { ...tinyConfig, ...size };
  const { vocab } = tinyTokenizer.model;
  const known = Object.keys(vocab).length;
  const more = Array.from({ length: config.vocabulary - known }, (_, i) => [`word${i}`, known + i]);
  const model = { ...tinyTokenizer.model, vocab: { ...vocab, ...Object.fromEntries(more) } };
  return tinyFolder(folder, llamaWeights(config, 688), config, { ...tinyTokenizer, model });
}

export default async function bench() {
  const temporary = mkdtempSync(join(tmpdir(), 'atelier-generate-'));
  try {
    const folder = process.env.BENCH_MODEL ?? chanceFolder(join(temporary, 'model'));
    const parts = partsOf({ path: folder });
    const writer = await openParts(parts, threads);
    const { model } = parts.model();
    const options = { intraOpNumThreads: threads };
    const open = (file: Uint8Array | string) =>
      typeof file === 'string' ? InferenceSession.create(file, options) : InferenceSession.create(file, options);
    const { heads, headSize } = parts.sizes!;
    const loops: Record<string, Loop> = { 'a plain loop on the same graph': plain(await open(model), heads, headSize) };
    const own = ['onnx/model.onnx', 'model.onnx'].map((name) => join(folder, name));
    const exported = own.find((file) => statSync(file, { throwIfNoEntry: false }));
    if (exported) loops['a plain loop on the folder’s own export'] = plain(await open(exported), heads, headSize);
    const usual = usualLlamaOf(folder) ?? model;
    if (usual !== model) loops['a plain loop on usual operators'] = plain(await open(usual), heads, headSize);
    const other = typeof usual === 'string' ? null : await transformers(folder, usual, join(temporary, 'peer'));
    if (other) loops['@huggingface/transformers'] = other;
    const tokens = writer.encode(prompt);
    // What ends the text ends ours: so many are compared that all of them write.
    const wanted = await ours(writer)(tokens, Math.min(most, parts.context - tokens.length));
    const taken = new Map<string, number[]>();
    const time = async (name: string, loop: Loop) => {
      const began = process.cpuUsage();
      const found = await loop(tokens, wanted.length);
      const { user, system } = process.cpuUsage(began);
      taken.set(name, [...(taken.get(name) ?? []), (user + system) / 1000]);
      if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${name} has written other tokens.`);
    };
    for (let turn = 0; turn <= turns; turn++) {
      // The first warms up.
      if (turn === 1) taken.clear();
      for (const [name, loop] of Object.entries(loops)) {
        await time('ours', ours(writer));
        await time(name, loop);
      }
    }
    await writer.close();
    const best = (name: string) => Math.min(...taken.get(name)!) / wanted.length;
    console.log(
      `${wanted.length} tokens after ${tokens.length}, ${threads} thread, the best of ${turns} turns, processor time`,
    );
    return Object.keys(loops).map((name) => ({
      name: `against ${name}`,
      ours: best('ours'),
      theirs: best(name),
      unit: 'ms/token',
    }));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
