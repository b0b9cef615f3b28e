import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { looksLikeRuns } from '../../src-main/jobs/looks-like-runs.ts';
import { writeFiles } from '../support/read-runs.ts';

describe('what is dropped', () => {
  it.each([
    ['a folder called mlruns', { 'mlruns/models/x': '' }, ['mlruns']],
    ['the folder it lies in', { 'mlruns/0/meta.yaml': '' }, ['.']],
    ['an experiment', { 'any/abc/meta.yaml': '' }, ['any']],
    ['a run', { 'abc/meta.yaml': '' }, ['abc']],
    [
      'logs of TensorBoard',
      { 'logs/train/events.out.tfevents.1.host': '' },
      ['logs', 'logs/train/events.out.tfevents.1.host'],
    ],
    ['a database', { 'mlflow.db': 'SQLite format 3\0…' }, ['mlflow.db']],
    ['the folder of a database', { 'mlflow.db': '' }, ['.']],
    ['runs as JSON Lines', { 'a.jsonl': '{"type":"run","version":1}\n' }, ['a.jsonl']],
  ])('is taken for runs: %s', async (_, files, paths) => {
    const folder = writeFiles(files);
    expect(await looksLikeRuns(paths.map((path) => join(folder, path)))).toBe(true);
  });

  it.each([
    ['rows as JSON Lines', { 'a.jsonl': '{"type":"running"}\n' }, ['a.jsonl']],
    ['images of classes', { 'cat/1.png': '', 'dog/2.png': '' }, ['.']],
    ['runs along with something else', { 'mlruns/0/meta.yaml': '', 'a.csv': '' }, ['mlruns', 'a.csv']],
    ['what is not there', {}, ['gone']],
    ['nothing', {}, []],
  ])('is taken for data: %s', async (_, files, paths) => {
    const folder = writeFiles(files);
    expect(await looksLikeRuns(paths.map((path) => join(folder, path)))).toBe(false);
  });
});
