import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { insertStudy, insertTrial, setStudyStatus } from '../../src-main/db/studies.ts';
import { newId } from '../../src-main/shared/ids.ts';
import type { StoredTrial, StudyPlan } from '../../src-main/shared/study.ts';
import { atelier } from '../support/fake-host.ts';
import { addDataset, openWriter, tempFolder } from '../support/temp-workspace.ts';

const plan: StudyPlan = {
  settings: { architecture: 'mlp' },
  space: {
    lr: { type: 'float', low: 1e-4, high: 1, log: true },
    optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
  },
  constraints: [],
  metrics: ['validation/accuracy', 'parameters'],
  directions: ['maximize', 'minimize'],
  limits: [{ metric: 'parameters', most: 1000 }],
  sampler: 'random',
  pruner: 'none',
  seed: 0,
};

/** Twelve trials whose accuracy follows from the rate, best at its upper end; the last one failed, number 3 breaks the limit. */
function workspace(): string {
  const folder = tempFolder();
  const store = openWriter(folder);
  const version = addDataset(store, 'iris');
  const id = newId('study');
  const budget = { trials: 12, seconds: null, withoutBetter: null, trialSeconds: null, workers: 2 };
  store.transaction(() => {
    insertStudy(store, { id, name: 'search', status: 'running', version: version.id, plan, budget, createdAt: 1 });
    for (let number = 0; number < 12; number++) {
      const failed = number === 11;
      const trial: StoredTrial = {
        number,
        state: failed ? 'failed' : 'complete',
        params: { lr: 10 ** (-4 + (4 * number) / 11), optimizer: number % 2 === 0 ? 'adam' : 'sgd' },
        values: failed ? null : [0.5 + number / 100, 100 + number],
        violations: [number === 3 ? 5 : -5],
        reports: failed ? [] : [[1, 0.5]],
        why: { code: 'random' },
        ...(failed ? { ended: { code: 'crashed', times: 2 } } : {}),
        run: null,
        worker: number % 2,
        tries: 1,
        askedAt: 1_700_000_000_000 + 1000 * number,
        endedAt: 1_700_000_001_500 + 1000 * number,
      };
      insertTrial(store, id, trial);
    }
    setStudyStatus(store, id, 'finished', { code: 'trials_done', trials: 12 });
  });
  store.close();
  return folder;
}

const plot = (folder: string, ...args: string[]) =>
  atelier(folder, ['studies', 'show', 'search', '--plot', ...args, '--json']);

describe('studies show --plot', () => {
  it('writes a record a mark, as the help says', async () => {
    const folder = workspace();
    const history = await plot(folder, 'history');
    expect([history.code, history.stderr, history.lines.length]).toEqual([0, '', 12]);
    expect(history.lines.at(-1)).toEqual({ trial: 11, state: 'failed', value: null, best: 0.6 });
    // One that breaks a limit leads no longer.
    expect(history.lines[3]).toEqual({ trial: 3, state: 'complete', value: 0.53, best: 0.52 });
    expect((await plot(folder, 'timeline')).lines[1]).toEqual({
      trial: 1,
      state: 'complete',
      worker: 1,
      asked_at: '2023-11-14T22:13:21.000Z',
      ended_at: '2023-11-14T22:13:22.500Z',
      seconds: 1.5,
      tries: 1,
    });
    expect((await plot(folder, 'slice')).lines[3]).toMatchObject({ parameter: 'lr', trial: 3, keeps_limits: false });
    expect((await plot(folder, 'edf')).lines.at(-1)).toEqual({ value: 0.6, share: 1 });
    const parallel = await plot(folder, 'parallel');
    expect(parallel.lines[0]).toEqual({
      trial: 0,
      lr: 1e-4,
      optimizer: 'adam',
      'validation/accuracy': 0.5,
      parameters: 100,
    });
  });

  it('takes another metric and other settings', async () => {
    const folder = workspace();
    const ranked = await plot(folder, 'rank', '--metric', 'parameters', '--x', 'optimizer', '--y', 'lr');
    expect(ranked.lines[0]).toEqual({
      x_name: 'optimizer',
      y_name: 'lr',
      trial: 0,
      x: 'adam',
      y: 1e-4,
      value: 100,
      rank: 1,
    });
    const contour = await plot(folder, 'contour', '--x', 'optimizer', '--y', 'lr');
    expect(new Set(contour.lines.map(({ x }) => x))).toEqual(new Set(['adam', 'sgd']));
    expect((await atelier(folder, ['studies', 'show', 'search', '--plot', 'front'])).stdout).toMatch(
      /^TRIAL .*FRONT +KEEPS_LIMITS\n +0 +0\.5 +100 +true +true/,
    );
  });

  it.each([
    [['pie'], 2, 'bad_arguments', 'history, parallel'],
    [['slice', '--metric', 'test/f1'], 1, 'no_such_metric', 'parameters'],
    [['rank', '--x', 'width'], 1, 'no_such_parameter', 'lr, optimizer'],
  ])('%j is refused with what there is', async (args, code, wanted, known) => {
    const refused = await plot(workspace(), ...args);
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(new RegExp(`^error: ${wanted}: .*${known}`));
  });
});

describe('studies report', () => {
  it('is printed as Markdown, or written as a page of its own', async () => {
    const folder = workspace();
    const printed = await atelier(folder, ['studies', 'report', 'search']);
    expect([printed.code, printed.stderr]).toEqual([0, '']);
    expect(printed.stdout).toMatch(/^# search\n/);
    expect(printed.stdout).toContain('## Best: trial 10');
    expect(printed.stdout).toContain(
      '- lr: the 5 best trials lie between 0.0152 and 0.4329. Search there more finely.',
    );
    // What is only drawn has no place in text.
    expect(printed.stdout).not.toContain('## History');
    expect(printed.stdout).toMatch(/## Trials that no other one beats\n\n\| +\| trial 10 \| trial 9 /);
    const { code, lines } = await atelier(folder, ['studies', 'report', 'search', '--out', 'study.html', '--json']);
    expect([code, lines.length]).toEqual([0, 1]);
    expect(lines[0]).toMatchObject({ best: { trial: 10, values: [0.6, 110] }, path: join(folder, 'study.html') });
    const page = readFileSync(join(folder, 'study.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  it.each([
    ['search', 'study.pdf', 2, 'bad_arguments'],
    ['search', 'no/such/study.md', 1, 'not_writable'],
    ['other', 'study.md', 1, 'no_such_study'],
  ])('of "%s" to %s is refused', async (name, out, code, wanted) => {
    const refused = await atelier(workspace(), ['studies', 'report', name, '--out', out, '--json']);
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(new RegExp(`^error: ${wanted}: \\S`));
  });
});

describe('studies list', () => {
  it('tells how many trials there are of each state and the best, as "studies show" does', async () => {
    const folder = workspace();
    const { lines } = await atelier(folder, ['studies', 'list', '--json']);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ trials: 12, complete: 11, failed: 1, pruned: 0, best: { trial: 10 } });
    const shown = await atelier(folder, ['studies', 'show', 'search', '--json']);
    expect(shown.lines[0]).toMatchObject(lines[0]);
  });
});
