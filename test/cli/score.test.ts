import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atelier } from '../support/fake-host.ts';
import { tempFolder } from '../support/temp-workspace.ts';

function folderWith(files: Record<string, unknown>): string {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}
const annotations = {
  categories: [
    { id: 7, name: 'cat' },
    { id: 3, name: 'dog' },
  ],
  annotations: [
    { id: 1, image_id: 10, category_id: 3, bbox: [0, 0, 10, 10], area: 100, iscrowd: 0 },
    { id: 2, image_id: 11, category_id: 3, bbox: [5, 5, 10, 10], area: 100, iscrowd: 0 },
  ],
};
const detection = { image_id: 10, category_id: 3, bbox: [0, 0, 10, 10], score: 0.9 };

describe('atelier score', () => {
  it('scores texts against one or more references', async () => {
    const folder = folderWith({
      'a.txt': 'one two three four\nx\n',
      'b.txt': 'one two three four\ny\n',
      'c.txt': 'q\nx',
    });
    const { code, lines } = await atelier(folder, ['score', 'a.txt', '--truth', 'b.txt', 'c.txt', '--json']);
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({ kind: 'texts', samples: 2, metrics: { rouge1: 1, rougeL: 1 }, classes: null });
    expect((lines[0].metrics as { chrf: number }).chrf).toBeCloseTo(100, 9);
    expect((await atelier(folder, ['score', 'a.txt', '--truth', 'b.txt'])).stdout).toMatch(/bleu/);
  });

  it('scores detections by the names of their categories', async () => {
    const folder = folderWith({ 'found.json': [detection], 'truth.json': annotations });
    const { lines } = await atelier(folder, ['score', 'found.json', '--truth', 'truth.json', '--json']);
    const { metrics, classes } = lines[0] as { metrics: Record<string, number>; classes: Record<string, unknown>[] };
    // One of two is found: precision 1 up to recall 1/2.
    expect(metrics.ap).toBeCloseTo(51 / 101, 9);
    expect(metrics.ar100).toBeCloseTo(0.5, 9);
    expect(metrics.apLarge).toBeNull();
    expect(classes.map((each) => [each.class, each.ap === null])).toEqual([
      ['cat', true],
      ['dog', false],
    ]);
  });

  it('scores rankings, of each query the first few where asked', async () => {
    const rows = [
      { scores: [3, 2, 1], relevance: [0, 0, 1] },
      { scores: [3, 2, 1], relevance: [1, 0, 0] },
    ];
    const folder = folderWith({ 'r.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') });
    const { lines } = await atelier(folder, ['score', 'r.jsonl', '--first', '2', '--json']);
    expect(lines[0]).toMatchObject({ kind: 'ranking', samples: 2, metrics: { hit_rate: 0.5, ndcg: 0.5 } });
    expect((lines[0].metrics as { mrr: number }).mrr).toBeCloseTo(2 / 3, 12);
  });

  it.each([
    ['no truth', ['a.txt'], 'no_truth', 'a.txt'],
    ['no such file', ['none.txt', '--truth', 'a.txt'], 'no_such_file', 'none.txt'],
    ['other lengths', ['a.txt', '--truth', 'long.txt'], 'scores_unreadable', 'long.txt has 2 lines'],
    ['nothing', ['empty.txt', '--truth', 'a.txt'], 'scores_unreadable', 'empty.txt is empty'],
    ['no JSON', ['bad.json', '--truth', 'truth.json'], 'scores_unreadable', 'bad.json is no JSON'],
    ['an unknown category', ['odd.json', '--truth', 'truth.json'], 'scores_unreadable', '[0].category_id'],
    ['a box of three', ['box.json', '--truth', 'truth.json'], 'scores_unreadable', '[0].bbox'],
    ['annotations that are none', ['box.json', '--truth', 'box.json'], 'scores_unreadable', 'box.json'],
    ['a query of two lengths', ['bad.jsonl'], 'scores_unreadable', 'line 1'],
  ])('says what is wrong: %s', async (_, args, code, words) => {
    const folder = folderWith({
      ...{ 'a.txt': 'a\n', 'long.txt': 'a\nb\n', 'empty.txt': '', 'bad.json': '{', 'truth.json': annotations },
      ...{ 'odd.json': [{ ...detection, category_id: 99 }], 'box.json': [{ ...detection, bbox: [1, 2, 3] }] },
      'bad.jsonl': '{"scores":[1],"relevance":[1,2]}',
    });
    const ended = await atelier(folder, ['score', ...args]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`error: ${code}: `);
    expect(ended.stderr).toContain(words);
  });
});
