import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as rows from '../../../src-main/db/documents.ts';
import { insertPrompt, setBench } from '../../../src-main/db/prompts.ts';
import type { WriteStore } from '../../../src-main/db/open.ts';
import { openDocument, passagesOf, textOf } from '../../../src-main/documents/read-document.ts';
import { tfIdf } from '../../../src-main/documents/tf-idf.ts';
import type { Context } from '../../../src-main/jobs/context.ts';
import { filesAt } from '../../../src-main/jobs/documents/add.ts';
import { Documents } from '../../../src-main/jobs/documents/documents.ts';
import { retrieve } from '../../../src-main/jobs/documents/retrieve.ts';
import { benchRow } from '../../../src-main/jobs/prompts/rows.ts';
import { Events } from '../../../src-main/jobs/events.ts';
import { JobQueue } from '../../../src-main/jobs/queue.ts';
import type { UtilityExit, UtilityHandle } from '../../../src-main/jobs/utility.ts';
import { newId, type CollectionId } from '../../../src-main/shared/ids.ts';
import { filled } from '../../../src-main/shared/prompt/fill.ts';
import { usualSettings } from '../../../src-main/shared/prompt/prompt.ts';
import type { FromUtility, ToUtility } from '../../../src-main/shared/work.ts';
import type { DocumentsParams } from '../../../src-main/shared/work/documents.ts';
import { openWriter, tempFolder } from '../../support/temp-workspace.ts';

/** A process that reads texts as the real one does; a file that is called "deadly" takes it along in the middle. */
function reader(): UtilityHandle {
  let hear: (message: FromUtility) => void = () => {};
  let exit: (exit: UtilityExit) => void = () => {};
  const work = async ({ files, known }: DocumentsParams): Promise<void> => {
    for (const file of files) {
      const opened = await openDocument(file);
      if (known.includes(opened.sha256)) {
        hear({ type: 'document', news: { file: file.index, same: opened.sha256 } });
        continue;
      }
      const text = textOf(opened, file.name);
      hear({ type: 'document', news: { file: file.index, passages: [...passagesOf(text, tfIdf)] } });
      if (file.name.includes('deadly')) return exit({ code: null, signal: 'SIGKILL' });
      hear({ type: 'document', news: { file: file.index, ended: text.facts } });
    }
    hear({ type: 'result', value: { read: files.length } });
    exit({ code: 0, signal: null });
  };
  return {
    pid: 1,
    post: (message) => {
      const { type, ...start } = message as ToUtility;
      if (type === 'start') void work((start as unknown as { params: DocumentsParams }).params);
    },
    onMessage: (listener) => {
      hear = listener;
      setImmediate(() => listener({ type: 'ready' } satisfies FromUtility));
    },
    onOutput: () => {},
    onExit: (listener) => void (exit = listener),
    kill: () => {},
  };
}

function opened(folder = tempFolder()) {
  const store = openWriter(folder);
  const events = new Events();
  const queue = new JobQueue(store, reader, events, { goesOn: false, atOnce: 'auto' });
  const documents = new Documents({ store, queue, events } as Context, reader);
  return { folder, store, documents };
}
const write = (folder: string, name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const add = async (documents: Documents, collection: CollectionId, ...paths: string[]) =>
  (await (await documents.add(collection, paths)).result).files.map(({ name, outcome }) => [name, outcome]);
const names = (documents: Documents, id: CollectionId) => documents.get(id).documents.map(({ name }) => name);
const count = (store: WriteStore, table: string) => store.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)!.n;

describe('documents', () => {
  it('are added once, and one that has changed takes the place of what it was', async () => {
    const { folder, store, documents } = opened();
    const id = documents.create('Manuals');
    const pump = write(folder, 'pump.md', '# Pump\n\nChange the filter once a year.');
    const copy = write(folder, 'copy.txt', '# Pump\n\nChange the filter once a year.');
    expect(await add(documents, id, pump)).toEqual([['pump.md', 'added']]);
    expect(await add(documents, id, pump, copy)).toEqual([
      ['copy.txt', 'same'],
      ['pump.md', 'same'],
    ]);
    write(folder, 'pump.md', '# Pump\n\nGrease the bearing.');
    expect(await add(documents, id, pump)).toEqual([['pump.md', 'replaced']]);
    expect(documents.get(id)).toMatchObject({
      summary: { name: 'Manuals', documents: 1, passages: 1, failed: 0 },
      documents: [{ name: 'pump.md', kind: 'markdown', pages: null, passages: 1, error: null }],
    });
    expect((await documents.search(id, 'filter')).passages.length).toBe(0);
    const [found] = (await documents.search(id, 'GREASE')).passages;
    expect(found).toMatchObject({ name: 'pump.md', headings: ['Pump'], words: 1, letters: 1, score: 2 / 61 });
    await documents.close();
    // Nothing is left of what it was.
    expect([count(store, 'documents'), count(store, 'passages')]).toEqual([1, 1]);
    store.close();
  });

  it('are found in Chinese, in any case, with or without accents', async () => {
    const { folder, store, documents } = opened();
    const id = documents.create('手册');
    const files = {
      'pump.txt': '请在更换滤芯之前先关闭水泵的电源。',
      'house.txt': '房子的屋顶每年要检查一次。',
      'menu.txt': 'Café crème brûlée und ÄRGER mit der Straße.',
    };
    const paths = Object.entries(files).map(([name, text]) => write(folder, name, text));
    await add(documents, id, ...paths);
    const best = async (question: string) => (await documents.search(id, question)).passages[0]?.name;
    expect(await best('怎样更换滤芯?')).toBe('pump.txt');
    expect(await best('水泵')).toBe('pump.txt');
    expect(await best('泵')).toBe('pump.txt');
    expect(await best('屋顶')).toBe('house.txt');
    expect(await best('creme brulee')).toBe('menu.txt');
    expect(await best('ärger STRASSE')).toBe('menu.txt');
    expect((await best('"')) ?? null).toBe(null);
    await expect(documents.search(id, 'x'.repeat(10_001))).rejects.toThrow(
      expect.objectContaining({ code: 'question_too_long' }),
    );
    await documents.close();
    store.close();
  });

  it('hold no other one up where they take their process along', async () => {
    const { folder, store, documents } = opened();
    const id = documents.create('Some');
    mkdirSync(join(folder, 'in'));
    for (const name of ['a.txt', 'deadly.txt', 'z.txt']) write(join(folder, 'in'), name, `All of ${name}.`);
    write(join(folder, 'in'), 'left.bin', 'x');
    expect(await add(documents, id, join(folder, 'in'))).toEqual([
      ['a.txt', 'added'],
      ['deadly.txt', 'failed'],
      ['z.txt', 'added'],
    ]);
    expect(documents.get(id).documents[1]).toMatchObject({ error: { code: 'document_too_large' } });
    expect((await documents.search(id, 'deadly')).passages.map(({ name }) => name)).not.toContain('deadly.txt');
    // By itself it is the job's failure, and listed once.
    await expect(add(documents, id, join(folder, 'in', 'deadly.txt'))).rejects.toThrow(/more than 1.5 GB/);
    expect(names(documents, id)).toEqual(['a.txt', 'deadly.txt', 'z.txt']);
    await documents.close();
    store.close();
  });

  it('of which the half had come when the program was killed are not there', async () => {
    const { folder, store, documents } = opened();
    const id = documents.create('Some');
    const path = write(folder, 'a.txt', 'It was whole before.');
    await add(documents, id, path);
    await documents.close();
    const key = rows.stageDocument(store, id, {
      id: newId('document'),
      file: { index: 0, path, name: 'a.txt' },
      embedding: tfIdf.id,
      now: 1,
    });
    const text = textOf({ kind: 'text', sha256: 'y', bytes: Buffer.from('It is half now.') }, 'a.txt');
    rows.addPassages(store, key, [...passagesOf(text, tfIdf)], 0);
    expect((await documents.search(id, 'half')).passages.map(({ text }) => text)).toEqual([]);
    store.close();
    const next = opened(folder);
    expect(names(next.documents, id)).toEqual(['a.txt']);
    expect((await next.documents.search(id, 'whole')).passages[0].text).toBe('It was whole before.');
    // What had come goes, its words as well.
    await expect.poll(() => count(next.store, 'passages')).toBe(1);
    const words = `SELECT count(*) AS n FROM passage_terms WHERE passage_terms MATCH 'half'`;
    expect(next.store.get<{ n: number }>(words)!.n).toBe(0);
    await next.documents.close();
    next.store.close();
  });

  it('that are taken out can be put back until the workspace is opened again', async () => {
    const { folder, store, documents } = opened();
    const id = documents.create('Some');
    await add(documents, id, write(folder, 'a.txt', 'Alpha.'), write(folder, 'b.txt', 'Beta.'));
    const [{ id: first }] = documents.get(id).documents;
    documents.setDocumentRemoved(first, true);
    expect(names(documents, id)).toEqual(['b.txt']);
    expect((await documents.search(id, 'Alpha')).passages).toEqual([]);
    documents.setDocumentRemoved(first, false);
    expect((await documents.search(id, 'Alpha')).passages.length).toBe(1);
    documents.setRemoved(id, true);
    expect(documents.list()).toEqual([]);
    expect(() => documents.get(id)).toThrow(expect.objectContaining({ code: 'no_such_collection' }));
    documents.setRemoved(id, false);
    documents.setDocumentRemoved(first, true);
    await documents.close();
    store.close();
    const next = opened(folder);
    await expect.poll(() => count(next.store, 'documents')).toBe(1);
    expect(() => next.documents.setDocumentRemoved(first, false)).toThrow(
      expect.objectContaining({ code: 'no_such_document' }),
    );
    await next.documents.close();
    next.store.close();
  });

  it('are refused where there is none', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'x.bin'), 'x');
    await expect(filesAt([folder])).rejects.toThrow(expect.objectContaining({ code: 'no_documents' }));
    expect((await filesAt([join(folder, 'x.bin')])).map(({ name }) => name)).toEqual(['x.bin']);
  });

  it('give a prompt the passages that fit, and say what they lack', async () => {
    const { folder, store, documents } = opened();
    const collection = documents.create('Some');
    await add(
      documents,
      collection,
      write(folder, 'a.txt', 'Pumps are red.'),
      write(folder, 'b.txt', 'Pumps are cheap.'),
    );
    const ask = (change: object, variables: Record<string, string> = { question: 'red pumps' }) => {
      const setting = { collection, query: '{{question}}', count: 4, maxTokens: 100, ...change };
      return retrieve(store, setting, variables, {
        search: (...asked) => documents.search(...asked),
        tokensOf: (text) => Promise.resolve(text.length),
      });
    };
    expect(await ask({})).toMatchObject({
      name: 'Some',
      query: 'red pumps',
      passages: [{ name: 'a.txt' }, { name: 'b.txt' }],
      left: 0,
    });
    // By letters a passage with both words is more like the question than one with one of them.
    const [first, second] = (await ask({})).passages.map(({ likeness }) => likeness!);
    expect(first).toBeGreaterThan(second);
    expect(second).toBeGreaterThan(0);
    const least = (first + second) / 2;
    expect(await ask({ least })).toMatchObject({ passages: [{ name: 'a.txt' }], left: 0, below: { count: 1, least } });
    expect(await ask({ least: 1 })).toMatchObject({ passages: [], tokens: 0, below: { count: 2, least: 1 } });
    expect(await ask({ least: second })).not.toHaveProperty('below');
    expect(await ask({ maxTokens: 30 })).toMatchObject({ passages: [{ name: 'a.txt' }], left: 1, tokens: 24 });
    await expect(ask({ maxTokens: 10 })).rejects.toThrow(expect.objectContaining({ code: 'passages_too_long' }));
    await expect(ask({}, { question: ' ' })).rejects.toThrow(expect.objectContaining({ code: 'empty_question' }));
    await expect(ask({}, {})).rejects.toThrow(expect.objectContaining({ code: 'unknown_variable' }));
    await documents.close();
    store.close();
  });

  it('are found for the row of the bench’s values, and are none of them', () => {
    const documents = { collection: newId('collection'), query: '{{question}}', count: 1, maxTokens: 10 };
    const bench = { model: null, variables: { who: 'Ann' }, settings: usualSettings };
    const text = '{{passages}} for {{who}}';
    const { store } = opened();
    const id = newId('prompt');
    insertPrompt(store, { id, name: 'x', tags: [], text, bench: { ...bench, documents } }, 1);
    const row = benchRow(store, id);
    expect(row).toEqual({ who: 'Ann' });
    expect(() => filled(text, row)).toThrow(/\{\{passages\}\} without a value/);
    setBench(store, id, bench, 2);
    expect(benchRow(store, id)).toEqual({ passages: '', who: 'Ann' });
    store.close();
  });

  it('of a generated corpus: questions about one of 300 passages find it', async () => {
    const { folder, store, documents } = opened();
    const id = documents.create('Corpus');
    const parts = [
      'valve',
      'bearing',
      'gasket',
      'impeller',
      'housing',
      'coupling',
      'sensor',
      'filter',
      'shaft',
      'motor',
    ];
    const acts = ['replaced', 'greased', 'inspected', 'tightened', 'cleaned', 'calibrated'];
    const places = ['north', 'south', 'upper', 'lower', 'outer'];
    const all = parts.flatMap((part) => acts.flatMap((act) => places.map((place) => ({ part, act, place }))));
    const body = 'Wear gloves, switch the machine off and wait until it stands still before you begin. '.repeat(4);
    const text = all
      .map(
        ({ part, act, place }, i) => `# Task ${i}\n\nThe ${part} of the ${place} unit is ${act} twice a year. ${body}`,
      )
      .join('\n\n');
    await add(documents, id, write(folder, 'tasks.md', text));
    expect(documents.get(id).summary.passages).toBe(all.length);
    let right = 0;
    const asked = all.filter((_, i) => i % 10 === 3);
    for (const { part, act, place } of asked) {
      // Other forms of the words, and a slip of the pen.
      const question = `When are ${place} unit ${part}s ${act.replace(/ed$/, 'ing')} – how offen?`;
      const [best] = (await documents.search(id, question, 1)).passages;
      if (best.text.includes(`The ${part} of the ${place} unit is ${act}`)) right++;
    }
    expect(right / asked.length).toBeGreaterThanOrEqual(0.9);
    await documents.close();
    store.close();
  });
});
