import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SampleSource } from '../../../src-main/jobs/prompts/draw.ts';
import { insertDataset, insertVersion } from '../../../src-main/db/datasets.ts';
import type { Column, DatasetVersion, Manifest, SamplePage, SplitName } from '../../../src-main/shared/dataset.ts';
import type { Condition } from '../../../src-main/shared/filter.ts';
import { usualSettings } from '../../../src-main/shared/prompt/prompt.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import { promptsHere } from '../../support/prompts-here.ts';
import { openWriter, tempFolder } from '../../support/temp-workspace.ts';

/** 40 messages, every fourth of them spam; of ten the last is test. */
const messages = Array.from({ length: 40 }, (_, i) => [`text ${i}`, i % 4 === 0 ? 'spam' : 'ham']);
const splitOf = (row: number): SplitName => (row % 10 === 9 ? 'test' : 'train');

/** As a reader of tables answers. */
const table = (asked: Condition[][] = []): SampleSource => ({
  page({ offset, limit, filter = [] }) {
    asked.push(filter);
    const found = messages.flatMap((cells, row) =>
      filter.every((one) =>
        one.kind === 'split'
          ? one.splits.includes(splitOf(row))
          : one.kind === 'values' && one.values.includes(cells[one.column === 'label' ? 1 : 0]),
      )
        ? [row]
        : [],
    );
    const indices = found.slice(offset, offset + limit);
    return Promise.resolve({
      ...{ total: found.length, indices },
      splits: indices.map(splitOf),
      rows: indices.map((row) => messages[row]),
    } as Pick<SamplePage, 'total' | 'indices' | 'splits' | 'rows'> as SamplePage);
  },
});

function opened() {
  const store = openWriter(tempFolder());
  const asked: Condition[][] = [];
  const dataset = newId('dataset');
  insertDataset(store, { id: dataset, name: 'sms', createdAt: 1 });
  const column = (name: string, top?: Column['top']): Column => ({
    ...{ name, type: 'text', role: 'feature', missing: 0, distinct: top?.length ?? 40 },
    ...(top && { top }),
  });
  const version = (number: number): DatasetVersion => {
    const columns = [
      column('text'),
      column('label', [
        { value: 'ham', count: 30 },
        { value: 'spam', count: 10 },
      ]),
    ];
    const manifest = { kind: 'table', samples: 40, columns, target: null, classes: [] } as unknown as Manifest;
    const made = { id: newId('version'), dataset, number, createdAt: number, change: 'import', manifest };
    insertVersion(store, made);
    return made;
  };
  version(1);
  const spawn = () => expect.unreachable();
  return { store, version, asked, ...promptsHere(store, { spawn, samples: table(asked) }) };
}

describe('what a prompt stands for', () => {
  it('is kept by a version, whatever becomes of what it includes', async () => {
    const { prompts, store, rendering } = opened();
    const tone = prompts.create({ name: 'tone', text: 'Be brief.' });
    const tale = prompts.create({ name: 'tale', text: '{{> tone}} Tell of {{who}}.' });
    expect(prompts.save(tale)).toBe(1);
    expect(prompts.get(tone).versions).toMatchObject([{ number: 1 }]);
    expect(prompts.version(tale, 1).text).toBe('{{> tone@1}} Tell of {{who}}.');
    prompts.edit(tone, { text: 'Be {{how}}.' });
    expect((await rendering.meaning(tale)).text).toBe('Be {{how}}. Tell of {{who}}.');
    expect((await rendering.meaning(tale, 1)).text).toBe('Be brief. Tell of {{who}}.');
    // The same text means something else now: that is another version.
    expect(prompts.save(tale)).toBe(2);
    expect(prompts.save(tale)).toBe(2);
    prompts.set(tone, { name: 'voice {1}' });
    expect((await rendering.meaning(tale, 1)).text).toBe('Be brief. Tell of {{who}}.');
    prompts.restore(tale, 1);
    expect((await rendering.meaning(tale)).text).toBe('Be brief. Tell of {{who}}.');
    expect(prompts.save(tale)).toBe(1);
    store.close();
  });

  it('stays when a prompt is called otherwise, and can be undone', async () => {
    const { prompts, store, rendering } = opened();
    const tone = prompts.create({ name: 'tone', text: 'A' });
    const other = prompts.create({ name: 'voice', text: 'B' });
    const tale = prompts.create({ name: 'tale', text: '{{> tone}}{{>tone@1}} {{> voice}} \\{{> tone}}' });
    prompts.save(tone);
    prompts.set(tone, { name: 'sound' });
    expect(prompts.get(tale).text).toBe('{{> sound}}{{> sound@1}} {{> voice}} \\{{> tone}}');
    // Another one has the name: both are told apart by their ids.
    prompts.set(tone, { name: 'voice' });
    expect(prompts.get(tale).text).toBe(`{{> ${tone}}}{{> ${tone}@1}} {{> ${other}}} \\{{> tone}}`);
    expect((await rendering.meaning(tale)).text).toBe('AA B {{> tone}}');
    prompts.undo(tale);
    expect(prompts.get(tale).text).toContain('{{> sound}}');
    const [problem] = (await rendering.check('{{> voice}}')).problems;
    expect(problem).toMatchObject({ code: 'include_ambiguous', facts: { count: 2 } });
    store.close();
  });

  it('names a prompt that includes itself, and neither saves nor runs in circles', async () => {
    const { prompts, store, rendering } = opened();
    const a = prompts.create({ name: 'a', text: '{{> b}}' });
    prompts.create({ name: 'b', text: '{{> a}}' });
    expect(prompts.save(a)).toBe(1);
    expect((await rendering.check('{{> b}}', a)).problems).toMatchObject([
      { code: 'include_cycle', facts: { chain: 'a → b → a' } },
    ]);
    await expect(rendering.meaning(a)).rejects.toMatchObject({ code: 'include_cycle' });
    store.close();
  });

  const block = (rest: string) => `{{#examples dataset="sms" ${rest}}}{{text}}={{label}};{{/examples}}`;

  it('shows the same rows for the same version and seed, none of them twice, and reads them once', async () => {
    const { prompts, store, version, asked, rendering } = opened();
    const id = prompts.create({ name: 'p', text: block('count=30 seed=7') });
    prompts.save(id);
    const rows = async (number?: number) =>
      (await rendering.meaning(id, number)).examples[0].rows.map(({ row }) => row);
    const drawn = await rows();
    expect(new Set(drawn).size).toBe(30);
    expect(drawn.every((row) => splitOf(row) === 'train')).toBe(true);
    const before = asked.length;
    expect(await rows(1)).toEqual(drawn);
    expect(asked.length).toBe(before);
    prompts.edit(id, { text: block('count=30 seed=8') });
    expect(await rows()).not.toEqual(drawn);
    // A newer version of the table is another draw for the draft alone.
    const second = version(2);
    expect((await rendering.meaning(id)).examples[0]).toMatchObject({ version: second.id, number: 2 });
    expect((await rendering.meaning(id, 1)).examples[0]).toMatchObject({ number: 1, dataset: 'sms' });
    expect(prompts.version(id, 1).text).toBe(
      '{{#examples dataset="sms@1" count=30 seed=7}}{{text}}={{label}};{{/examples}}',
    );
    store.close();
  });

  it('is told where rows that are asked for stand among its examples, and kept with the grid', async () => {
    const { prompts, grids, store, languageModels } = opened();
    const folder = tempFolder();
    for (const name of ['config.json', 'tokenizer.json']) writeFileSync(join(folder, name), '{}');
    const model = { folder: languageModels.add(folder) };
    const prompt = prompts.create({ name: 'p', text: `${block('count=36')} {{text}}` });
    const make = (rows: { text: string; label: string }[]) =>
      grids.make({
        ...{ prompts: [{ prompt }], models: [model], settings: [usualSettings], rows },
        source: { kind: 'file', name: 'rows' },
      });
    const leaking = grids.get(await make(messages.slice(0, 10).map(([text, label]) => ({ text, label })))).summary;
    expect(leaking.source.leaked).toBe(9);
    expect(leaking.columns[0].meaning?.examples[0].rows).toHaveLength(36);
    expect(grids.list()[0].columns[0]).not.toHaveProperty('meaning');
    const clean = grids.get(await make([{ text: 'another', label: 'ham' }])).summary;
    expect(clean.source).toEqual({ kind: 'file', name: 'rows' });
    store.close();
  });

  it('has as many of each value where that is asked for, and tells what there is not', async () => {
    const { store, rendering } = opened();
    const labels = async (rest: string) =>
      (await rendering.check(block(rest))).examples[0]?.rows.map(({ cells }) => cells[1]).sort();
    expect(await labels('count=5 by=label')).toEqual(['ham', 'ham', 'ham', 'spam', 'spam']);
    expect((await labels('count=30 by=label'))?.filter((one) => one === 'spam')).toHaveLength(10);
    const problems = async (rest: string) => (await rendering.check(block(rest))).problems.map(({ code }) => code);
    expect(await problems('count=40')).toEqual(['examples_too_many']);
    expect(await problems('split=validation')).toEqual(['split_empty']);
    expect(await problems('split=test count=1')).toEqual(['examples_from_test']);
    expect(await problems('by=text')).toEqual(['column_many_values']);
    expect((await rendering.check(block('').replace('sms', 'sms@9'))).problems).toMatchObject([
      { code: 'dataset_version', facts: { version: 9 } },
    ]);
    expect((await rendering.check(block('').replace('sms', 'mails'))).problems).toMatchObject([
      { code: 'dataset_unknown' },
    ]);
    store.close();
  });
});
