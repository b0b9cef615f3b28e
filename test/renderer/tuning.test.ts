import { describe, expect, it } from 'vitest';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingField } from '../../src-main/shared/run.ts';
import type { ParameterRange, StudyPlan, StoredTrial } from '../../src-main/shared/study.ts';
import { stepInfos } from '../../src-main/datasets/recipes/index.ts';
import { newId } from '../../src-main/shared/ids.ts';
import { TrainForm } from '../../src-renderer/features/train/train.svelte.ts';
import { draftOf, rangeOf, Tuning } from '../../src-renderer/features/train/tuning.svelte.ts';
import { parameterValue, parameterWord, trialVariables } from '../../src-renderer/features/tune/trials.ts';
import { reasonWords } from '../../src-renderer/words/reasons.ts';
import { architectureWord } from '../../src-renderer/words/architecture-terms.ts';
import { repository } from '../support/temp-workspace.ts';
import { fakeBridge } from './fake-bridge.ts';

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

describe("a search of the data's recipe", () => {
  const training = { optimizer: 'adam', learningRate: 0.001, batchSize: 32, epochs: 9 };
  const linear = { id: 'linear', inputs: ['table'], learns: 'target', fields: [], training };
  const steps = [
    { id: 'bins', kind: 'bins', settings: { columns: ['age'], by: 'width', count: 5, edges: '' }, enabled: true },
    { id: 'filter', kind: 'filter', settings: { condition: 'age > 3' }, enabled: true },
    { id: 'standard-2', kind: 'standard', settings: { columns: [] }, enabled: false },
  ];
  const manifest = {
    kind: 'table',
    columns: [],
    target: 'left',
    task: 'classification',
    classes: [{ name: 'no' }, { name: 'yes' }],
    splits: { train: 70, validation: 15, test: 15 },
    blobs: {},
    recipe: { version: 1, steps },
  };

  it('is asked for beside the steps as the version has them, and written as a study file would', async () => {
    const version = { id: newId('version'), manifest };
    const bridge = fakeBridge({
      'architectures.list': () => [linear],
      'datasets.get': () => ({ summary: { id: newId('dataset'), name: 'staff' }, version }),
      'recipes.steps': () => stepInfos,
    });
    const form = new TrainForm(bridge);
    await form.load();
    await form.open(newId('dataset'));
    expect(form.recipe.map(({ step, fields }) => [step.id, fields.map(({ field }) => field.key)])).toEqual([
      ['bins', ['recipe.bins', 'recipe.bins.by', 'recipe.bins.count']],
      ['standard-2', ['recipe.standard-2']],
    ]);
    expect(form.changed).toBe(0);
    const tuning = new Tuning();
    const field = (key: string) => form.fields.find((one) => one.field.key === key)!;
    for (const key of ['recipe.bins', 'recipe.bins.count', 'recipe.standard-2']) tuning.begin(field(key));
    const done = tuning.conditions(field('recipe.bins.count'), form.fields).find(({ value }) => value === true)!;
    tuning.setCondition(field('recipe.bins.count'), form.fields, done);
    const study = tuning.study(form, {})!;
    expect(study.space).toEqual({
      'recipe.bins': { type: 'boolean' },
      'recipe.bins.count': { type: 'int', low: 3, high: 10, when: { 'recipe.bins': true } },
      'recipe.standard-2': { type: 'boolean' },
    });
    // As the version is, first.
    expect(study.start).toEqual([{ 'recipe.bins': true, 'recipe.bins.count': 5, 'recipe.standard-2': false }]);
    expect(Object.keys(study.settings as object).filter((key) => key.startsWith('recipe'))).toEqual([]);
    expect(Object.keys(form.request!).filter((key) => key.startsWith('recipe'))).toEqual([]);
  });

  it('has words for steps, their settings and choices', () => {
    expect(['recipe.bins', 'recipe.bins-2.count', 'recipe.my own.count', 'learning_rate'].map(parameterWord)).toEqual([
      'Bins',
      'Bins 2: Bins',
      'my own: Bins',
      'Learning rate',
    ]);
    const words = [true, false, 'quantiles', 'cosine'].map((value) => parameterValue('recipe.bins', value));
    expect(words).toEqual(['On', 'Off', 'As many in each', 'Cosine to zero']);
    expect(parameterValue('architecture', 'mlp')).toBe(architectureWord('mlp'));
    expect(parameterValue('architecture', 'mlp')).not.toBe(parameterValue('kind', 'mlp'));
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
