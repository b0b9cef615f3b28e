import { describe, expect, it } from 'vitest';
import type { DatasetId, RunId, VersionId } from '../../src-main/shared/ids.ts';
import { fieldValue, RunFields, type FieldRun } from '../../src-main/shared/run-fields.ts';
import { FilterError, meets, metricsOf, parseRunFilter } from '../../src-main/shared/run-filter.ts';
import { aggregate, groupRuns } from '../../src-main/shared/run-groups.ts';

const fields = new RunFields(
  ['architecture', 'learningRate', 'batchSize', 'seed', 'dropout', 'hidden', 'augment.flip'],
  ['validation/accuracy', 'test/loss', 'layer 1/grad norm', 'seed'],
);

function run(
  settings: FieldRun['settings'],
  metrics: Record<string, number> = {},
  change: Partial<FieldRun['run']> = {},
): FieldRun {
  return {
    run: {
      id: 'run_01abc' as RunId,
      origin: null,
      name: 'Iris · MLP 2',
      status: 'finished',
      dataset: 'ds_1' as DatasetId,
      datasetName: 'iris',
      version: 'dv_1' as VersionId,
      versionNumber: 3,
      task: 'classification',
      createdAt: new Date('2026-02-03T12:00').getTime(),
      startedAt: 1000,
      finishedAt: 91_000,
      parameterCount: 4800,
      samplesPerSecond: 10,
      bestEpoch: null,
      stoppedEarly: false,
      error: null,
      fallback: null,
      job: null,
      notes: '',
      tags: ['baseline', 'to keep'],
      archived: false,
      ...change,
    },
    settings: { architecture: 'mlp', learningRate: 0.001, batchSize: 32, seed: 1, hidden: '128', ...settings },
    metric: (key) => metrics[key],
  };
}

const one = run({}, { 'validation/accuracy': 0.93, 'test/loss': NaN, 'layer 1/grad norm': 2 });
const means = (text: string, of = one) => meets(of, parseRunFilter(text, fields));

describe('a filter of runs', () => {
  it.each([
    ['', true],
    ['architecture = mlp', true],
    ['architecture = MLP', true],
    ['architecture != mlp', false],
    ['architecture = resnet and validation/accuracy > 0.9 and tag:baseline and learning_rate < 1e-3', false],
    ['architecture = mlp and validation/accuracy > 0.9 and tag:baseline and learning_rate <= 1e-3', true],
    ['validation/accuracy>0.9', true],
    ['validation/accuracy > 95%', false],
    ['validation/accuracy >= 93%', true],
    ['lr = 0.001 and learning-rate = 1e-3 and learningRate == 0.0010', true],
    ['batch in (16, 32) architecture in (cnn, "mlp")', true],
    ['batch in (16, 64)', false],
    ['hidden = 128 and hidden > 100', true],
    ['dropout exists', false],
    ['not dropout exists', true],
    ['dropout < 0.5', false],
    ['dropout != 0.5', true],
    ['not (status = failed or status = cancelled)', true],
    ['status = failed or status = finished and dataset = iris', true],
    ['(status = failed or status = finished) and dataset = wine', false],
    ['test/loss = nan', true],
    ['test/loss < 1', false],
    ['not test/loss < 1', true],
    ['tag:"to keep" and not tag:other', true],
    ['tags ~ base', true],
    ['name ~ "mlp 2"', true],
    ['name !~ cnn', true],
    ['`layer 1/grad norm` = 2', true],
    ['iris mlp', true],
    ['iris cnn', false],
    ['"· mlp"', true],
    ['baseline', true],
    ['created > 2026-02-03 and created < 2026-02-04', true],
    ['created >= 2026-02-03T12:01', false],
    ['duration = 90 and version = 3 and parameters > 4e3', true],
    ['best_epoch exists', false],
    ['stopped_early = false', true],
    // A metric of the same name as a setting is asked for by its kind.
    ['seed = 1 and not metric.seed exists', true],
  ])('%s', (text, expected) => {
    expect(means(text)).toBe(expected);
  });

  it('reads `and` before `or`, as it is written elsewhere', () => {
    const truth = [false, true];
    for (const a of truth)
      for (const b of truth)
        for (const c of truth) {
          const of = run({ dropout: Number(a), seed: Number(b), batchSize: Number(c) });
          expect(means('dropout = 1 or seed = 1 and batch = 1', of)).toBe(a || (b && c));
          expect(means('not dropout = 1 and seed = 1 or batch = 1', of)).toBe((!a && b) || c);
          expect(means('not (dropout = 1 and seed = 1) batch = 1', of)).toBe(!(a && b) && c);
        }
  });

  it.each([
    ['architcture = mlp', 'field_unknown', 'architcture', 'architecture'],
    ['seed = 1 and colour = red', 'field_unknown', 'colour', undefined],
    ['seed =', 'value_expected', '', undefined],
    ['seed = ) 1', 'value_expected', ')', undefined],
    ['seed = 1 and', 'condition_expected', '', undefined],
    ['and seed = 1', 'condition_expected', 'and', undefined],
    ['seed = 1 = 2', 'condition_expected', '=', undefined],
    ['(seed = 1', 'bracket_open', '(', undefined],
    ['seed in (1, 2', 'bracket_open', '(', undefined],
    ['seed in 1', 'value_expected', '1', undefined],
    ['seed = 1)', 'bracket_surplus', ')', undefined],
    ['name = "open', 'quote_open', '"', undefined],
    ['seed > many', 'number_expected', 'many', undefined],
    ['created > yesterday', 'moment_expected', 'yesterday', undefined],
    ['created > 2026-13-45', 'moment_expected', '2026-13-45', undefined],
  ])('%s is refused where it is wrong', (text, fault, found, nearest) => {
    let error: unknown;
    try {
      parseRunFilter(text, fields);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(FilterError);
    expect(error).toMatchObject({ code: 'invalid_filter', fault, found, nearest });
    const { at, length } = error as FilterError;
    expect(text.slice(at, at + length)).toBe(found);
    expect((error as Error).message).toContain(text);
  });

  it('says which metrics it needs', () => {
    const text = 'test/loss < 1 or not (seed = 2 and validation/accuracy exists) or test/loss > 5';
    expect(metricsOf(parseRunFilter(text, fields))).toEqual(['test/loss', 'validation/accuracy']);
  });
});

describe('groups of runs', () => {
  const seeds = [0.9, 0.94, 0.95].map((accuracy, seed) => run({ seed }, { 'validation/accuracy': accuracy }));
  const others = [
    run({ seed: 0, architecture: 'cnn' }, { 'validation/accuracy': NaN }),
    run({ seed: 1, architecture: 'cnn' }, { 'validation/accuracy': 0.5 }),
    run({ seed: 2, architecture: 'cnn', dropout: 0.1 }),
  ];
  const by = (...names: string[]) => names.map((name) => fields.find(name)!);

  it('hold the runs that share what they are grouped by, what they lack too', () => {
    const groups = groupRuns([...others, ...seeds], by('architecture', 'dropout'));
    expect(groups.map(({ values, runs }) => [values, runs.length])).toEqual([
      [['cnn', undefined], 2],
      [['cnn', 0.1], 1],
      [['mlp', undefined], 3],
    ]);
  });

  it('have the mean and the deviation of the sample, of what is a number', () => {
    const [accuracy] = by('validation/accuracy');
    // numpy: np.mean, np.std(ddof=1) of [0.9, 0.94, 0.95]
    expect(aggregate(seeds, accuracy)).toMatchObject({ n: 3, least: 0.9, greatest: 0.95, distinct: 3 });
    expect(aggregate(seeds, accuracy).mean).toBeCloseTo(0.93, 12);
    expect(aggregate(seeds, accuracy).std).toBeCloseTo(0.0264575131106459, 12);
    expect(aggregate(others, accuracy)).toMatchObject({ n: 1, mean: 0.5, std: NaN });
    expect(aggregate(others, by('architecture')[0])).toMatchObject({ n: 0, same: 'cnn', distinct: 1 });
    expect(aggregate(seeds, by('dropout')[0])).toMatchObject({ n: 0, same: undefined, distinct: 1, mean: NaN });
  });

  it('keep a small spread around a large number', () => {
    const large = [1e9 + 1, 1e9 + 2, 1e9 + 3].map((loss) => run({}, { 'test/loss': loss }));
    expect(aggregate(large, by('test/loss')[0]).std).toBe(1);
  });

  it('read facts as they are', () => {
    const [tags, duration] = by('tag', 'duration');
    expect(fieldValue(one, tags)).toEqual(['baseline', 'to keep']);
    expect(fieldValue(one, duration)).toBe(90);
  });
});
