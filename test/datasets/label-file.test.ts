import { describe, expect, it } from 'vitest';
import { checkLines, labelFile, readLabelFile } from '../../src-main/datasets/label-file.ts';

const read = (text: string, name = 'labels.csv') => readLabelFile(Buffer.from(text), name);
const code = expect.objectContaining({ code: 'invalid_labels' });

describe('a file of labels', () => {
  it('is read as CSV, by number or name, in any order of columns', () => {
    expect(read('label;name;note\ncat;a.png;"blurred; dark"\n;b.png;\n\n')).toMatchObject([
      { name: 'a.png', sample: null, labels: ['cat'], state: null, note: 'blurred; dark' },
      { name: 'b.png', labels: [], note: '' },
    ]);
    expect(read('sample,label,state,confidence\n3,a|b\\|c,suggested,0.5\n')).toMatchObject([
      { sample: 3, labels: ['a', 'b|c'], state: 'suggested', confidence: 0.5 },
    ]);
    // As an export writes what a spreadsheet would take for a formula.
    expect(read("sample,label\n0,'-1\n")[0].labels).toEqual(['-1']);
  });

  it('is read as JSON Lines', () => {
    const text = '{"sample":1,"labels":["a","b"]}\n\n{"name":"x","label":"c","state":"reviewed","note":"n"}\n';
    expect(read(text, 'labels.jsonl')).toMatchObject([
      { where: 'labels.jsonl, line 1', sample: 1, labels: ['a', 'b'] },
      { where: 'labels.jsonl, line 3', name: 'x', labels: ['c'], state: 'reviewed', note: 'n' },
    ]);
  });

  it('has labels of no class only where a sample may have any number', () => {
    const lines = read('sample,label,state\n1,,reviewed\n');
    expect(lines).toMatchObject([{ labels: [], state: 'reviewed' }]);
    expect(() => checkLines(lines, 'single')).toThrow(code);
    expect(() => checkLines(lines, 'multiple')).not.toThrow();
    const skipped = read('sample,label,state\n1,,skipped\n2,a,labelled\n');
    expect(() => checkLines(skipped, 'single')).not.toThrow();
    expect(() => checkLines(read('sample,label\n1,a|b\n'), 'single')).toThrow(/several labels/);
  });

  it('of judgements has the classes of judgements, one a sample', () => {
    expect(() => checkLines(read('sample,preference\n0,A\n1,both bad\n2,\n'), 'pair')).not.toThrow();
    expect(() => checkLines(read('sample,preference\n0,C\n'), 'pair')).toThrow(/line 2: "C" is none of A, B/);
    expect(() => checkLines(read('sample,rating\n0,6\n'), 'rating')).toThrow(code);
    expect(() => checkLines(read('sample,rating\n0,1|2\n'), 'rating')).toThrow(/more than one judgement/);
  });

  it('that is not there is said to be missing', async () => {
    await expect(labelFile('/nowhere/labels.csv', 'single')).rejects.toMatchObject({ code: 'no_such_file' });
  });

  it.each([
    ['name,kind\na,b\n', 'labels.csv'],
    ['sample,label\n1.5,a\n', 'labels.csv'],
    ['sample,label,state\n1,a,done\n', 'labels.csv'],
    ['{"sample":1,"labels":[2]}\n', 'labels.jsonl'],
    ['[1]\n', 'labels.jsonl'],
    ['nonsense\n', 'labels.jsonl'],
    [`{"sample":1,"label":"a","note":"${'x'.repeat(2001)}"}\n`, 'labels.jsonl'],
  ])('is refused where it says %j', (text, name) => {
    expect(() => read(text, name)).toThrow(code);
  });
});
