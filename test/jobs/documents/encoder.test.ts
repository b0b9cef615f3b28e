import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { putLanguageModel, removeLanguageModel } from '../../../src-main/db/language-models.ts';
import { EncodedQuestion, storedVector } from '../../../src-main/documents/encoded.ts';
import type { Context } from '../../../src-main/jobs/context.ts';
import { Documents } from '../../../src-main/jobs/documents/documents.ts';
import { Events } from '../../../src-main/jobs/events.ts';
import { JobQueue } from '../../../src-main/jobs/queue.ts';
import type { UtilityExit, UtilityHandle, UtilityKind } from '../../../src-main/jobs/utility.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { FromUtility, ToUtility } from '../../../src-main/shared/work.ts';
import type { EmbedParams, EncoderQuestion } from '../../../src-main/shared/work/embed.ts';
import { readDocuments } from '../../../src-main/utility/work/read-documents.ts';
import { embedPassages } from '../../../src-main/utility/work/encoders/embed-passages.ts';
import { openEncoder } from '../../../src-main/utility/work/encoders/open-encoder.ts';
import { openWriter, tempFolder } from '../../support/temp-workspace.ts';
import { encoderWeights, tinyEncoder } from '../../support/tiny-encoder.ts';

interface Log {
  /** Texts that were embedded. */
  embedded: number;
  /** After so many it is cut short. */
  dies: number;
}

/** The real work, in this process. */
function utility(kind: UtilityKind, log: Log): UtilityHandle {
  let hear: (message: unknown) => void = () => {};
  let exit: (exit: UtilityExit) => void = () => {};
  const cancelled = new AbortController();
  const context = {
    signal: cancelled.signal,
    progress: () => {},
    pause: () => Promise.resolve(cancelled.signal.throwIfAborted()),
    post(message: FromUtility) {
      if (message.type === 'vectors') {
        if (log.embedded >= log.dies) throw new Error('cut');
        log.embedded += message.made.passages.length;
      }
      hear(message);
    },
  };
  const work = (start: Extract<ToUtility, { type: 'start' }>): Promise<unknown> =>
    start.kind === 'embed'
      ? embedPassages(start.params as EmbedParams, context)
      : readDocuments(start.params as never, context as never);
  const answer = async ({ id, model, text, threads }: EncoderQuestion) => {
    try {
      const { embedder, identity } = await openEncoder(model, threads);
      const [vector] = await embedder.embed([text]);
      await embedder.close();
      hear({ id, ok: true, identity, vector });
    } catch (error) {
      hear({ id, ok: false, error: { code: 'broken_model', message: (error as Error).message, details: [] } });
    }
  };
  return {
    pid: 1,
    post(message) {
      if (kind === 'encoder') return void answer(message as EncoderQuestion);
      const start = message as ToUtility;
      if (start.type !== 'start') return cancelled.abort();
      void work(start).then(
        (value) => {
          hear({ type: 'result', value });
          exit({ code: 0, signal: null });
        },
        () => exit({ code: 1, signal: null }),
      );
    },
    onMessage(listener) {
      hear = listener;
      if (kind !== 'encoder') setImmediate(() => listener({ type: 'ready' } satisfies FromUtility));
    },
    onOutput: () => {},
    onExit: (listener) => void (exit = listener),
    kill: () => {},
  };
}

async function opened() {
  const folder = tempFolder();
  const store = openWriter(folder);
  const log: Log = { embedded: 0, dies: Infinity };
  const events = new Events();
  const spawn = (kind: UtilityKind) => utility(kind, log);
  const queue = new JobQueue(store, spawn, events, { goesOn: false, atOnce: 'auto' });
  const documents = new Documents({ store, queue, events } as Context, spawn);
  onTestFinished(async () => {
    await documents.close();
    store.close();
  });
  const collection = documents.create('Animals');
  const add = async (texts: Record<string, string>) => {
    const paths = Object.entries(texts).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    await (
      await documents.add(collection, paths)
    ).result;
  };
  const model = (seed = 1, name = 'encoder') => {
    const path = tinyEncoder(join(folder, name), { head: 'embeds', weights: encoderWeights({ seed }) });
    return { path, id: putLanguageModel(store, newId('model'), path, Date.now()) };
  };
  const embed = () => documents.embed(collection)!.result;
  const encoder = () => documents.get(collection).summary.encoder;
  const search = (question: string) => documents.search(collection, question);
  return { store, queue, log, documents, collection, add, model, embed, encoder, search };
}

const texts = { 'a.txt': 'the cat sat', 'b.txt': 'the dog ran', 'c.txt': 'play not good' };

describe('the encoder of a collection', () => {
  it('ranks passages by its own vectors, beside their words', async () => {
    const { documents, collection, add, model, embed, encoder, search } = await opened();
    await add(texts);
    const { path, id } = model();
    expect((await search('dog')).passages[0]).toMatchObject({ name: 'b.txt', letters: 1 });
    documents.setEncoder(collection, id);
    expect(encoder()).toEqual({ model: id, name: 'encoder', listed: true, embedded: 0 });
    expect((await search('dog')).lack).toEqual({ why: 'unfinished', name: 'encoder' });
    await embed();
    expect(encoder()).toMatchObject({ embedded: 3 });
    const { passages, lack } = await search('cat');
    expect(lack).toBe(null);
    // By the encoder itself.
    const { embedder } = await openEncoder({ path }, 1);
    const [asked, ...vectors] = await embedder.embed(['cat', ...Object.values(texts)]);
    await embedder.close();
    const question = new EncodedQuestion(asked);
    vectors.forEach((vector) => question.see(storedVector(vector)));
    const wanted = Object.keys(texts)
      .map((name, i) => ({ name, score: question.scores()[i] }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
    const byMeaning = passages.filter(({ meaning }) => meaning !== null).sort((a, b) => a.meaning! - b.meaning!);
    expect(byMeaning.map(({ name }) => name)).toEqual(wanted.map(({ name }) => name));
    expect(byMeaning.every(({ letters }) => letters === null)).toBe(true);
  });
  it('makes the vectors of what is added later by itself', async () => {
    const { documents, collection, add, model, embed, encoder } = await opened();
    documents.setEncoder(collection, model().id);
    expect(documents.embed(collection)).toBe(null);
    await add(texts);
    await expect.poll(() => encoder()!.embedded).toBe(3);
    await add({ 'd.txt': 'the cat ran well' });
    await expect.poll(() => encoder()!.embedded).toBe(4);
    await embed();
  });
  it('goes on where it was cut short, and keeps what other encoders made', async () => {
    const { documents, collection, queue, add, model, embed, encoder, log } = await opened();
    await add(Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`${i}.txt`, `the cat sat ${i}`])));
    const [one, other] = [model(), model(2, 'other')];
    documents.setEncoder(collection, one.id);
    log.dies = 32;
    await expect(embed()).rejects.toThrow();
    expect(encoder()).toMatchObject({ embedded: 32 });
    log.dies = Infinity;
    const [job] = queue.list().filter(({ kind, status }) => kind === 'embed' && status === 'failed');
    expect(job.again).toBe('goes-on');
    await documents.again(job.id).result;
    expect([encoder()!.embedded, log.embedded]).toEqual([70, 70]);
    documents.setEncoder(collection, other.id);
    await embed();
    documents.setEncoder(collection, one.id);
    await embed();
    expect([encoder()!.embedded, log.embedded]).toEqual([70, 140]);
  });
  it('is done without where it is gone, changed or broken, and that is said', async () => {
    const { store, documents, collection, add, model, embed, search } = await opened();
    await add(texts);
    const { path, id } = model();
    documents.setEncoder(collection, id);
    await embed();
    // Other weights in the same place.
    rmSync(path, { recursive: true });
    tinyEncoder(path, { head: 'embeds', weights: encoderWeights({ seed: 5 }) });
    expect(await search('dog')).toMatchObject({ lack: { why: 'changed' }, passages: [{ name: 'b.txt', letters: 1 }] });
    await embed();
    expect((await search('dog')).lack).toBe(null);
    writeFileSync(join(path, 'onnx/model.onnx'), 'broken');
    expect((await search('dog')).lack).toMatchObject({ why: 'failed', name: 'encoder' });
    renameSync(path, `${path}-away`);
    expect(await search('dog')).toMatchObject({ lack: { why: 'gone' }, passages: [{ name: 'b.txt' }] });
    removeLanguageModel(store, id);
    expect((await search('dog')).lack).toEqual({ why: 'gone', name: 'encoder' });
    expect(documents.get(collection).summary.encoder).toMatchObject({ listed: false });
    documents.setEncoder(collection, null);
    expect((await search('dog')).lack).toBe(null);
  });
  it('must be one', async () => {
    const { store, documents, collection } = await opened();
    const path = tinyEncoder(join(tempFolder(), 'fills'), { head: 'fills' });
    const id = putLanguageModel(store, newId('model'), path, Date.now());
    expect(() => documents.setEncoder(collection, id)).toThrow(expect.objectContaining({ code: 'model_unfit' }));
    expect(() => documents.setEncoder(collection, newId('model'))).toThrow(
      expect.objectContaining({ code: 'no_such_model' }),
    );
  });
});
