import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { renderTurns } from '../../../generation/chat-template.ts';
import type { GenerateParams } from '../../../shared/work/generate.ts';
import type { LaidOutPrompt } from '../../../shared/prompt/prompt.ts';
import { turnsAsText } from '../../../shared/prompt/turns.ts';
import type { WriterPrompt, WriterRequest, WriterResult } from '../../../shared/prompt/writer.ts';
import { searchBeams } from './beams.ts';
import { grammarOf } from './generate.ts';
import type { ReadModel } from './folder-files.ts';
import { openParts, partsOf, promptTokens, type OpenWriter } from './open.ts';
import type { Parts } from './parts.ts';
import { openReader, requireReadable, type OpenReader } from './reading.ts';
import { requireRoom, write, type WritingHooks } from './writing.ts';

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
    const { text, template } = laidOut(parts, prompt);
    const tokens = counted(parts, text, template);
    return { text, tokens, context: parts.context, template, bytes: parts.bytes, kind: parts.kind };
  }

  async write(
    { model, prompt, settings, threads, begun }: Extract<WriterRequest, { type: 'write' }>,
    hooks: WritingHooks & { given(text: string): void },
  ): Promise<WriterResult> {
    const grammar = settings.form && grammarOf(settings.form);
    const parts = this.#partsOf(model);
    const { text, template } = laidOut(parts, prompt);
    hooks.given(text);
    // A prompt that cannot be is said before a model is loaded.
    if (parts.kind === 'writes') requireRoom(counted(parts, text, template), parts.context);
    else requireReadable(parts, text, settings, begun);
    const { model: open, weights, loadMs } = await this.#opened(model, parts, threads);
    const { promptTokens: count, cached, written } = 'read' in open ? await readBy(open) : await writeOn(open);
    const { texts, firstTokenMs, tokensPerSecond } = written;
    const speed = { cached, loadMs, firstTokenMs, tokensPerSecond };
    return {
      given: text,
      texts,
      stopped: texts.some(({ finish }) => finish === 'stopped'),
      facts: { promptTokens: count, context: parts.context, ...speed, weights, kind: parts.kind },
    };

    async function readBy(reader: OpenReader) {
      const written = await reader.read(text, settings, hooks, begun);
      return { promptTokens: written.promptTokens, cached: true, written };
    }
    async function writeOn(writer: OpenWriter) {
      const tokens = writer.encode(text, template === true);
      const form = grammar && writer.form(grammar);
      // A search goes its own way; what it begins with is more of the prompt to it.
      const written =
        settings.beams > 1
          ? await searchBeams(writer, [...tokens, ...begun], settings, hooks)
          : await write(writer, tokens, settings, form, hooks, begun);
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
    let weights = '';
    const read = (model: ReadModel) => (weights = digestOf(model));
    const opened =
      parts.kind === 'writes' ? await openParts(parts, threads, { read }) : await openReader(parts, threads, read);
    this.#open = { key, model: opened, weights, loadMs: performance.now() - began };
    return this.#open;
  }
}

/** Tokens of a prompt as it is laid out. */
const counted = (parts: Parts, text: string, template: boolean | null): number =>
  promptTokens(parts, text, template === true).length;

/** SHA-256 of the model's bytes, or of its files' one after another. */
export function digestOf({ model, paths }: ReadModel): string {
  const hash = createHash('sha256');
  if (typeof model !== 'string') return hash.update(model).digest('hex');
  const piece = new Uint8Array(2 ** 22);
  for (const path of paths) {
    const file = openSync(path, 'r');
    try {
      for (let length = -1; length !== 0; hash.update(piece.subarray(0, length))) length = readSync(file, piece);
    } finally {
      closeSync(file);
    }
  }
  return hash.digest('hex');
}

/** Of the model as it lies there now: a run may have a better checkpoint since, a folder other files. */
function keyOf(model: GenerateParams['model']): string {
  const folder = 'path' in model ? model.path : join(model.runFolder, 'checkpoints');
  return `${statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0} ${JSON.stringify(model)}`;
}

/** `template`: whether the model's own layout was used; null where there are no turns. */
function laidOut({ template }: Parts, prompt: WriterPrompt): { text: string; template: boolean | null } {
  if (typeof prompt === 'string') return { text: prompt, template: null };
  if (template) return { text: renderTurns(template, prompt), template: true };
  return { text: turnsAsText(prompt), template: false };
}
