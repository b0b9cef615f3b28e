import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { requireBeams } from '../../../shared/generation.ts';
import type { GenerateParams } from '../../../shared/work/generate.ts';
import type { LaidOutPrompt } from '../../../shared/prompt/prompt.ts';
import type { WriterPrompt, WriterRequest, WriterResult } from '../../../shared/prompt/writer.ts';
import { searchBeams } from './beams.ts';
import { grammarOf } from './generate.ts';
import { givenText, laidOut, laidOutLength } from './laid-out.ts';
import type { ReadModel } from './folder-files.ts';
import { openParts, partsOf, requireFit, type OpenWriter } from './open.ts';
import { isWriter, type Parts } from './parts.ts';
import { openReader, requireReadable, type OpenReader } from './reading.ts';
import { write, type WritingHooks } from './writing.ts';

interface OpenModel {
  key: string;
  model: OpenWriter | OpenReader;
  weights: string;
  loadMs: number;
}

/** Language models as they are tried: the one asked last stays open, what is known of others before their weights are read stays known. */
export class Bench {
  readonly #known = new Map<string, Parts>();
  #open: OpenModel | null = null;

  /** Reads no weights. */
  render(model: GenerateParams['model'], prompt: WriterPrompt): LaidOutPrompt {
    const parts = this.#partsOf(model);
    const laid = laidOut(parts, prompt);
    const { context, bytes, kind, own } = parts;
    return { text: givenText(laid), ...laidOutLength(parts, laid), template: laid.template, context, bytes, kind, own };
  }

  async write(
    { model, prompt, settings, threads, begun }: Extract<WriterRequest, { type: 'write' }>,
    hooks: WritingHooks & { given(text: string): void },
  ): Promise<WriterResult> {
    const grammar = settings.form && grammarOf(settings.form);
    const parts = this.#partsOf(model);
    const laid = laidOut(parts, prompt);
    const { text, pair = null, template, begin = '' } = laid;
    const given = givenText(laid);
    hooks.given(given);
    // A prompt that cannot be is said before a model is loaded.
    if (isWriter(parts)) {
      requireBeams(settings);
      requireFit(parts, laidOutLength(parts, laid));
    } else requireReadable(parts, text, settings, begun, pair);
    const { model: open, weights, loadMs } = await this.#opened(model, parts, threads);
    const { promptTokens: count, cached, written } = 'read' in open ? await readBy(open) : await writeOn(open);
    const { texts, firstTokenMs, tokensPerSecond } = written;
    const speed = { cached, loadMs, firstTokenMs, tokensPerSecond };
    return {
      given,
      texts,
      stopped: texts.some(({ finish }) => finish === 'stopped'),
      facts: { promptTokens: count, context: parts.context, ...speed, weights, kind: parts.kind },
    };

    async function readBy(reader: OpenReader) {
      const written = await reader.read(text, settings, hooks, begun, pair);
      return { promptTokens: written.promptTokens, cached: true, written };
    }
    async function writeOn(writer: OpenWriter) {
      const { prompt: tokens, fed } = await writer.take(text, template === true);
      const form = grammar && writer.form(grammar);
      // Another answer's tokens have that already.
      const first = begun.length > 0 ? begun : writer.begun(text, begin);
      // A search goes its own way; what it begins with is more of the prompt to it.
      const written =
        settings.beams > 1
          ? await searchBeams(writer, [...fed, ...first], settings, hooks)
          : await write(writer, fed, settings, form, hooks, first);
      return { promptTokens: tokens.length, cached: writer.model.cached, written };
    }
  }

  async close(): Promise<void> {
    await this.#open?.model.close();
    this.#open = null;
  }

  #partsOf(model: GenerateParams['model']): Parts {
    const key = keyOf(model);
    let parts = this.#known.get(key);
    if (!parts) this.#known.set(key, (parts = partsOf(model)));
    return parts;
  }

  async #opened(model: GenerateParams['model'], parts: Parts, threads: number): Promise<OpenModel> {
    const key = `${keyOf(model)} ${threads}`;
    if (this.#open?.key === key) return { ...this.#open, loadMs: 0 };
    // Two would lie in memory together.
    await this.close();
    const began = performance.now();
    const weights = createHash('sha256');
    const read = (model: ReadModel) => addTo(weights, model);
    const opened = isWriter(parts) ? await openParts(parts, threads, { read }) : await openReader(parts, threads, read);
    this.#open = { key, model: opened, weights: weights.digest('hex'), loadMs: performance.now() - began };
    return this.#open;
  }
}

/** SHA-256 of models' bytes, or of their files', one after another. */
export function digestOf(models: Iterable<ReadModel>): string {
  const hash = createHash('sha256');
  for (const model of models) addTo(hash, model);
  return hash.digest('hex');
}

function addTo(hash: Hash, { model, paths }: ReadModel): void {
  if (typeof model !== 'string') {
    hash.update(model);
    return;
  }
  const piece = new Uint8Array(2 ** 22);
  for (const path of paths) {
    const file = openSync(path, 'r');
    try {
      for (let length = -1; length !== 0; hash.update(piece.subarray(0, length))) length = readSync(file, piece);
    } finally {
      closeSync(file);
    }
  }
}

/** Of the model as it lies there now: a run may have a better checkpoint since, a folder other files. */
function keyOf(model: GenerateParams['model']): string {
  const folder = 'path' in model ? model.path : join(model.runFolder, 'checkpoints');
  return `${statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0} ${JSON.stringify(model)}`;
}
