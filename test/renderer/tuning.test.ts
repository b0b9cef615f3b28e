import { describe, expect, it } from 'vitest';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingField } from '../../src-main/shared/run.ts';
import type { ParameterRange, StudyPlan, StoredTrial } from '../../src-main/shared/study.ts';
import { draftOf, rangeOf } from '../../src-renderer/features/train/tuning.svelte.ts';
import { trialVariables } from '../../src-renderer/features/tune/trials.ts';
import { reasonWords } from '../../src-renderer/words/reasons.ts';
import { repository } from '../support/temp-workspace.ts';

const rate: SettingField = { key: 'learningRate', kind: 'number', default: 0.001, min: 1e-9, max: 100, log: true };
const usual: ParameterRange = { type: 'float', low: 1e-4, high: 0.1, log: true };

describe('a range as it is typed', () => {
  it('begins as the usual one, and stays in its form', () => {
    expect(rangeOf(rate, usual, draftOf(usual))).toEqual(usual);
    expect(rangeOf(rate, usual, { low: '1e-3', high: '0,5', choices: '' })).toEqual({
      ...usual,
      low: 0.001,
      high: 0.5,
    });
    for (const [low, high] of [
      ['', '1'],
      ['1', '0.5'],
      ['1', '1'],
      ['1', '200'],
      ['a', '1'],
      ['-1', '1'],
    ])
      expect(rangeOf(rate, usual, { low, high, choices: '' })).toBeNull();
    const optimizer: SettingField = {
      key: 'optimizer',
      kind: 'choice',
      default: 'adam',
      choices: ['adam', 'sgd', 'lion'],
    };
    const some: ParameterRange = { type: 'categorical', choices: ['adam', 'sgd'] };
    expect(rangeOf(optimizer, some, { low: '', high: '', choices: 'adam; lion ;' })).toEqual({
      type: 'categorical',
      choices: ['adam', 'lion'],
    });
    for (const choices of ['', 'adam', 'adam; adma', 'adam; adam'])
      expect(rangeOf(optimizer, some, { low: '', high: '', choices })).toBeNull();
    const hidden: SettingField = { key: 'hidden', kind: 'integers', default: '64', min: 1, max: 512, maxLength: 3 };
    expect(rangeOf(hidden, some, { low: '', high: '', choices: '64; 64,32；128' })).toEqual({
      type: 'categorical',
      choices: ['64', '64,32', '128'],
    });
  });
});

describe('trials as they are charted', () => {
  const trial = (number: number, value: number | null, endedAt: number, violation = 0): StoredTrial => ({
    number,
    state: value === null ? 'failed' : 'complete',
    params: { lr: 0.1 * (number + 1), bidirectional: true },
    values: value === null ? null : [value],
    violations: [violation],
    reports: [],
    why: { code: 'random' },
    run: null,
    worker: 0,
    tries: 1,
    askedAt: 0,
    endedAt,
  });
  const plan = {
    space: { lr: usual, bidirectional: { type: 'boolean' } },
    metrics: ['validation/accuracy'],
    directions: ['maximize'],
  } as unknown as StudyPlan;

  it('are lines through their settings and what came of them', () => {
    const variables = trialVariables({ plan }, [trial(0, 0.5, 1)]);
    expect(variables.map(({ id, kind, values }) => [id, kind, values])).toEqual([
      ['lr', 'number', [0.1]],
      ['bidirectional', 'category', ['true']],
      ['validation/accuracy', 'number', [0.5]],
    ]);
  });
});

describe('reasons', () => {
  it('have words for every code that the search and its runner give', () => {
    const folders = ['search/samplers', 'search/pruners', 'search', 'jobs/studies'].map((each) =>
      join(repository, 'src-main', each),
    );
    const source = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    );
    const codes = new Set(
      source.flatMap((text) => [...text.matchAll(/(?:\bcode: |\bstop\()'([a-z_0-9]+)'/g)].map(([, code]) => code)),
    );
    // Told while a trial still goes, and errors of the search's own.
    codes.delete('nothing_reported');
    expect(codes.size).toBeGreaterThan(25);
    for (const code of codes) expect([code, reasonWords({ code }) === code]).toEqual([code, false]);
  });
});
