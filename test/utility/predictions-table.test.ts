import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Encoder } from '../../src-main/datasets/encode/encoder.ts';
import { checkWritable, RowKeys, writePredictions } from '../../src-main/utility/work/predictions-table.ts';
import type { Prediction } from '../../src-main/shared/work/predict.ts';

describe('predictions as a table', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'atelier-predictions-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const encoder = (column: string): Encoder => ({
    kind: 'table',
    numbers: [],
    categories: [],
    target: { task: 'classification', column, classes: ['-1', '1'] },
  });
  const said = (input: string, label: string, share: number): Prediction => ({
    ...{ input, label, value: null, reconstruction: null },
    probabilities: { '-1': share, '1': 1 - share },
  });
  const written = (
    predictions: Prediction[],
    keys = new RowKeys(),
    wish: { probabilities?: boolean } = {},
    of = encoder('churn'),
  ): string[] => {
    const path = join(folder, 'out.csv');
    writePredictions({ path, ...wish }, of, predictions, keys);
    expect(readdirSync(folder)).toEqual(['out.csv']);
    return readFileSync(path, 'utf8').trim().split('\r\n');
  };

  it('begin with what is called like an id, or with what is asked for, and leave numbers what they are', () => {
    const keys = new RowKeys();
    keys.add(
      'a.csv',
      ['age', 'customerId'],
      [
        ['31', 'a"b'],
        ['32', '-7'],
      ],
    );
    keys.add('b.csv', ['customerId', 'age'], [['=1+1', '33']]);
    const predictions = [said('a.csv:2', '-1', 0.75), said('a.csv:3', '1', 0.25), said('b.csv:2', '-1', 0.5)];
    expect(written(predictions, keys)).toEqual(['customerId,churn', '"a""b",-1', '-7,1', "'=1+1,-1"]);
    const asked = new RowKeys(['age', 'customerId']);
    asked.add('a.csv', ['age', 'customerId'], [['31', 'a']]);
    expect(written([said('a.csv:2', '1', 0.25)], asked, { probabilities: true })).toEqual([
      'age,customerId,churn,probability of -1,probability of 1',
      '31,a,1,0.25,0.75',
    ]);
  });

  it('of rows without an id, of pictures and of numbers tell where they are from', () => {
    const keys = new RowKeys();
    keys.add('a.csv', ['width', 'idea'], [['1', '2']]);
    expect(keys.names).toEqual([]);
    expect(written([said('a.csv:2', '1', 0.25)], keys)).toEqual(['input,churn', 'a.csv:2,1']);
    const image = { kind: 'images', image: { height: 1, width: 1, channels: 1 }, classes: ['a'] } as Encoder;
    const value: Prediction = { input: 'b.png', label: null, value: 2.5, probabilities: null, reconstruction: null };
    expect(written([value], new RowKeys(), {}, image)).toEqual(['input,prediction', 'b.png,2.5']);
  });

  it('are refused where their rows are told apart in two ways, and where they cannot be written', () => {
    const keys = new RowKeys();
    keys.add('a.csv', ['id'], [['1']]);
    expect(() => keys.add('b.csv', ['user_id'], [['1']])).toThrow(
      /rows of b\.csv are told apart by user_id.*by id.*--id/,
    );
    expect(() => new RowKeys(['id']).add('b.csv', ['x'], [['1']])).toThrow(/b\.csv has no column "id"/);
    expect(() => checkWritable(join(folder, 'not', 'there.csv'))).toThrow(/no folder/);
    expect(() => checkWritable(folder)).toThrow(/is a folder/);
    expect(() => checkWritable(join(folder, 'fine.csv'))).not.toThrow();
  });
});
