import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findPlaces } from '../../src-main/paths.ts';
import { done } from '../support/built-cli.ts';
import { atelier } from '../support/fake-host.ts';
import { tempFolder } from '../support/temp-workspace.ts';

type Line = Record<string, unknown>;

/** Rows whose size tells their kind, which nobody has said yet. */
const rows = Array.from(
  { length: 120 },
  (_, i) => `${i % 2 ? 5 + (i % 7) / 10 : 1 + (i % 5) / 10},${i % 3},note no. ${i}`,
);

it('rows are labelled, undone, suggested by a rule and by a run, trained on, and taken out and in again', async () => {
  const folder = tempFolder();
  const told = async (...args: string[]): Promise<Line[]> => {
    const command = ['labels', ...args, '--column', 'kind', '--json'];
    const { code, stderr, lines } = await atelier(folder, command, undefined, findPlaces().utility);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    return lines;
  };
  const labels = async (...args: string[]): Promise<Line> => (await told(...args))[0];
  writeFileSync(join(folder, 'rows.csv'), `size,part,remark\n${rows.join('\n')}\n`);
  await done(folder, 'import', 'rows.csv');

  const even = Array.from({ length: 40 }, (_, i) => 2 * i).join(',');
  const odd = Array.from({ length: 40 }, (_, i) => 2 * i + 1).join(',');
  expect(await labels('set', 'rows', '--samples', even, '--class', 'small', '--make')).toMatchObject({ changed: 40 });
  await labels('set', 'rows', '--samples', odd, '--class', 'large', '--make');
  expect(await labels('undo', 'rows')).toMatchObject({ changed: 40, canRedo: true });
  expect(await labels('redo', 'rows')).toMatchObject({ changed: 40, canRedo: false });
  const nothing = await atelier(folder, ['labels', 'redo', 'rows', '--column', 'kind']);
  expect([nothing.code, nothing.stderr]).toEqual([0, expect.stringContaining('There is nothing to redo.')]);

  const frozen = await labels('freeze', 'rows');
  expect(frozen).toMatchObject({ number: 2, change: 'labels: 80 of 120 samples, 2 classes' });
  const same = ['labels', 'freeze', 'rows', '--column', 'kind'];
  expect((await atelier(folder, same, undefined, findPlaces().utility)).stderr).toMatch(/error: no_change: /);
  const trained = (
    await done(
      folder,
      'train',
      '--data',
      'rows',
      '--architecture',
      'linear',
      '--epochs',
      '30',
      '--lr',
      '0.05',
      '--json',
    )
  ).lines;
  const run = String(trained[0].run);
  const suggested = await told('prelabel', 'rows', '--run', run, '--accept', '0.5');
  expect(suggested.map(({ changed }) => changed)).toEqual([40, 40]);

  await told('export', 'rows', '--out', 'labels.csv');
  const [head, ...lines] = readFileSync(join(folder, 'labels.csv'), 'utf8').trim().split('\n');
  expect(head).toBe('sample,name,state,label,confidence,note');
  expect(lines).toHaveLength(120);
  const right = lines.filter((line, i) => line === `${i},,labelled,${i % 2 ? 'large' : 'small'},,`).length;
  expect(right).toBeGreaterThan(114);

  writeFileSync(join(folder, 'other.jsonl'), '{"sample":0,"label":"tiny"}\n{"sample":1,"state":"skipped"}\n');
  expect(await labels('import', 'rows', 'other.jsonl')).toMatchObject({ changed: 2 });
  expect((await labels('list', 'rows')).states).toMatchObject({ labelled: 119, skipped: 1 });
  expect(await labels('prelabel', 'rows', '--in', 'remark', '--regex', 'NO\\. 1$', '--class', 'tiny')).toMatchObject({
    changed: 0,
  });
}, 120_000);

it('texts of several classes are trained on, suggested for and told by an exported file', async () => {
  const folder = tempFolder();
  const told = async (...args: string[]) => (await done(folder, ...args, '--json')).lines;
  const words = { angry: 'hate awful', asks: 'what why' };
  const classesOf = (i: number) => [...(i % 2 ? ['angry'] : []), ...(i % 3 ? ['asks'] : [])] as ('angry' | 'asks')[];
  const texts = Array.from({ length: 120 }, (_, i) =>
    ['a note', ...classesOf(i).map((name) => words[name]), `no ${i % 7}`].join(' '),
  );
  const rows = texts.map((text, i) => `${text},${i % 5}`);
  writeFileSync(join(folder, 'notes.csv'), `text,page\n${rows.join('\n')}\n`);
  const labels = texts.slice(0, 90).map((_, i) => `${i},${classesOf(i).join('|')},labelled`);
  writeFileSync(join(folder, 'labels.csv'), `sample,label,state\n${labels.join('\n')}\n`);
  await told('import', 'notes.csv');
  await told('labels', 'import', 'notes', 'labels.csv', '--several', '--column', 'tags');
  expect(await told('labels', 'freeze', 'notes', '--several', '--column', 'tags')).toMatchObject([{ number: 2 }]);
  const settings = ['--architecture', 'textcnn', '--epochs', '40', '--lr', '0.01', '--class-weights', 'balanced'];
  const trained = await told('train', '--data', 'notes', ...settings);
  const run = String(trained[0].run);
  const [evaluated] = await told('evaluate', run, '--split', 'validation');
  expect((evaluated.metrics as Record<string, number>)['validation/subset_accuracy']).toBeGreaterThan(0.9);
  expect(evaluated).toMatchObject({ report: { detail: { kind: 'multi-label', perClass: [{}, {}] } } });
  const suggested = await told(
    'labels',
    'prelabel',
    'notes',
    '--several',
    '--column',
    'tags',
    '--run',
    run,
    '--accept',
    '0.5',
  );
  expect(suggested.map(({ changed }) => changed)).toEqual([30, 30]);
  await told('labels', 'export', 'notes', '--several', '--column', 'tags', '--out', 'out.csv');
  const lines = readFileSync(join(folder, 'out.csv'), 'utf8').trim().split('\n').slice(1);
  const right = lines.filter((line, i) => line === `${i},,labelled,${classesOf(i).join('|') || '|'},,`).length;
  expect(right).toBeGreaterThan(114);
  // What went out is a table whose cells name several classes, and says the same of each row.
  const [table] = await told('import', 'out.csv', '--target', 'label', '--several', '|');
  const count = (name: string) => lines.filter((line) => line.includes(name)).length;
  expect(table).toMatchObject({
    ...{ task: 'multi-label', samples: 120 },
    class_counts: { angry: count('angry'), asks: count('asks') },
  });
  const again = await told('labels', 'import', 'notes', 'out.csv', '--several', '--column', 'tags');
  expect(again).toMatchObject([{ changed: 0, classes: 0 }]);
  await told('export', run, '--out', 'notes.onnx');
  writeFileSync(join(folder, 'new.csv'), 'text,page\na note hate awful what why no 1,1\na note no 2,2\n');
  const predicted = await told('predict', 'notes.onnx', 'new.csv');
  expect(predicted.map((one) => one.labels)).toEqual([['angry', 'asks'], []]);
  const refused = await atelier(
    folder,
    ['labels', 'prelabel', 'notes', '--column', 'kind', '--run', run],
    undefined,
    findPlaces().utility,
  );
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('several_classes')]);
}, 120_000);

it('pairs are judged, counted, and taken out as chosen and rejected answers and in again', async () => {
  const folder = tempFolder();
  const told = async (...args: string[]): Promise<Line[]> => {
    const { code, stderr, lines } = await atelier(
      folder,
      ['labels', ...args, '--json'],
      undefined,
      findPlaces().utility,
    );
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    return lines;
  };
  const chats = ['prompt,answer_a,answer_b', ...Array.from({ length: 6 }, (_, i) => `ask ${i},"yes, ${i}","no, ${i}"`)];
  writeFileSync(join(folder, 'chats.csv'), `${chats.join('\n')}\n`);
  await done(folder, 'import', 'chats.csv');
  await told('set', 'chats', '--kind', 'pair', '--samples', '0-2', '--class', 'A');
  await told('set', 'chats', '--kind', 'pair', '--samples', '3', '--class', 'B');
  await told('set', 'chats', '--kind', 'pair', '--samples', '4', '--class', 'both bad');
  const [stats] = await told('stats', 'chats', '--kind', 'pair');
  expect(stats).toMatchObject({ prompt: 'prompt', answers: ['answer_a', 'answer_b'], judged: 5, aBetter: 0.75 });
  for (const name of ['out.jsonl', 'out.csv']) {
    expect(await told('export', 'chats', '--kind', 'pair', '--out', name)).toMatchObject([{ samples: 5 }]);
  }
  const lines = readFileSync(join(folder, 'out.jsonl'), 'utf8').trim().split('\n');
  expect(JSON.parse(lines[3])).toMatchObject({ prompt: 'ask 3', chosen: 'no, 3', rejected: 'yes, 3', preference: 'B' });

  const [before] = await told('list', 'chats', '--kind', 'pair');
  for (const name of ['out.jsonl', 'out.csv']) {
    await told('set', 'chats', '--kind', 'pair', '--samples', '0-5', '--state', 'skipped');
    expect(await told('import', 'chats', name, '--kind', 'pair')).toMatchObject([{ changed: 5, classes: 0 }]);
    await told('set', 'chats', '--kind', 'pair', '--samples', '5', '--state', 'new');
    expect((await told('list', 'chats', '--kind', 'pair'))[0]).toEqual(before);
  }
  writeFileSync(join(folder, 'other.jsonl'), '{"sample":0,"preference":"left"}\n');
  const refused = await atelier(
    folder,
    ['labels', 'import', 'chats', 'other.jsonl', '--kind', 'pair'],
    undefined,
    findPlaces().utility,
  );
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining('invalid_labels: other.jsonl, line 1: "left"'),
  ]);

  const rating = ['--kind', 'rating', '--answers', 'answer_b'];
  await told('set', 'chats', ...rating, '--samples', '0', '--class', '4');
  await told('export', 'chats', ...rating, '--out', 'ratings.jsonl');
  expect(JSON.parse(readFileSync(join(folder, 'ratings.jsonl'), 'utf8'))).toMatchObject({ answer: 'no, 0', rating: 4 });
  await told('undo', 'chats', ...rating);
  expect(await told('import', 'chats', 'ratings.jsonl', ...rating)).toMatchObject([{ changed: 1 }]);
  expect(await told('stats', 'chats', ...rating)).toMatchObject([{ judged: 1, mean: 4, median: 4 }]);
}, 120_000);
