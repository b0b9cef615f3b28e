import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getVersion } from '../../src-main/db/datasets.ts';
import { getRun } from '../../src-main/db/runs.ts';
import { listStudies, listTrials } from '../../src-main/db/studies.ts';
import { atelier, done } from '../support/built-cli.ts';
import { openWriter, tempFolder } from '../support/temp-workspace.ts';

/** A folder with an objective and a study, and the command line in it. */
function search(objective: string, study: object) {
  const folder = tempFolder();
  writeFileSync(join(folder, 'objective.mjs'), objective);
  writeFileSync(join(folder, 'study.json'), JSON.stringify(study));
  const args = (more: string[]) => ['tune', 'study.json', '--function', 'objective.mjs', ...more];
  return {
    folder,
    run: (...more: string[]) => done(folder, ...args(more)),
    may: (...more: string[]) => atelier(folder, ...args(more)),
  };
}

const x = { type: 'float', low: 0, high: 1 };
const trialsOf = (lines: readonly Record<string, unknown>[]) => lines.filter(({ event }) => event === 'trial');

describe('atelier tune', () => {
  it('finds the best settings of a function, the same ones for the same seed, and prints JSON alone', async () => {
    const { run } = search(
      `export default async ({ x, kind }) => { console.log('noise'); return (x - 0.3) ** 2 + (kind === 'b' ? 0 : 1); };`,
      {
        direction: 'minimize',
        sampler: 'tpe',
        seed: 4,
        space: { x, kind: { type: 'categorical', choices: ['a', 'b'] } },
      },
    );
    const first = await run('--trials', '40', '--json');
    const trials = trialsOf(first.lines);
    expect(trials.length).toBe(40);
    const best = trials.reduce((a, b) => ((a.value as number) <= (b.value as number) ? a : b));
    expect(first.lines.at(-1)).toEqual({
      event: 'finished',
      best: { value: best.value, params: best.params, trial: best.trial },
      trials: 40,
      complete: 40,
      pruned: 0,
      failed: 0,
    });
    expect(best.value).toBeLessThan(0.01);
    expect(first.stderr).toContain('noise');
    const again = await run('--trials', '40', '--json');
    expect(trialsOf(again.lines).map(({ params }) => params)).toEqual(trials.map(({ params }) => params));
  });

  it('goes on through trials that crash, hang, throw or give no number', async () => {
    const { run } = search(
      `export default async ({ how }) => {
        if (how === 'crash') process.kill(process.pid, 'SIGKILL');
        if (how === 'hang') for (;;);
        if (how === 'throw') throw new Error('no luck');
        return how === 'word' ? 'seven' : how === 'nan' ? NaN : 7;
      };`,
      {
        sampler: 'grid',
        space: { how: { type: 'categorical', choices: ['crash', 'hang', 'throw', 'word', 'nan', 'fine'] } },
      },
    );
    const { lines } = await run('--workers', '2', '--trial-timeout', '2', '--json');
    const ended = Object.fromEntries(
      trialsOf(lines).map(({ params, state, ended }) => [
        (params as { how: string }).how,
        (ended as { code: string } | undefined)?.code ?? state,
      ]),
    );
    expect(ended).toEqual({
      crash: 'crashed',
      hang: 'hung',
      throw: 'threw',
      word: 'no_value',
      nan: 'not_finite',
      fine: 'complete',
    });
    expect(lines.at(-1)).toMatchObject({ best: { value: 7 }, trials: 6, complete: 1, failed: 5 });
  });

  it('prunes by reports, also where the function does not wait for the verdict', async () => {
    const { run } = search(
      `export default async ({ x }, report) => {
        for (let step = 1; step <= 6; step++) {
          const verdict = report(x, step);
          if (x < 0.5) await verdict;
          else await new Promise((resolve) => setTimeout(resolve, 5));
        }
        return x;
      };`,
      { sampler: 'random', pruner: { type: 'median', startup: 3 }, seed: 2, space: { x } },
    );
    const { lines } = await run('--trials', '20', '--json');
    const { complete, pruned, trials } = lines.at(-1)!;
    expect([trials, (complete as number) + (pruned as number)]).toEqual([20, 20]);
    expect(pruned).toBeGreaterThan(3);
    for (const { ended } of trialsOf(lines).filter(({ state }) => state === 'pruned')) {
      expect(ended).toMatchObject({ code: 'worse_than_percentile', percentile: 50 });
    }
  });

  it('ends when its time is up and keeps what it has', async () => {
    const { run } = search(
      `let n = 0; export default () => ++n < 3 ? n : new Promise((resolve) => setTimeout(resolve, 60_000));`,
      { sampler: 'random', space: { x } },
    );
    const { lines } = await run('--timeout', '4', '--json');
    expect(lines.at(-1)).toMatchObject({ best: { value: 1, trial: 0 }, complete: 2, failed: 1 });
    expect(trialsOf(lines).at(-1)).toMatchObject({ ended: { code: 'time_up' } });
  });

  it('goes on after a kill of itself or of a worker, and comes to the same end', async () => {
    const objective = (kills: string) => `import { existsSync, writeFileSync } from 'node:fs';
      let n = 0;
      export default async ({ x }, report) => {
        for (let step = 1; step <= 2; step++) await report(x, step);
        ${kills}
        return (x - 0.3) ** 2;
      };`;
    const once = (mark: string, at: number, pid: string) =>
      `if (++n === ${at} && !existsSync('${mark}')) { writeFileSync('${mark}', ''); process.kill(${pid}, 'SIGKILL'); await new Promise(() => {}); }`;
    const study = { sampler: 'tpe', seed: 3, space: { x } };
    const args = ['--trials', '15', '--json'];
    const whole = await search(objective(''), study).run(...args);
    const killed = search(objective(once('app', 7, 'process.ppid') + once('worker', 4, 'process.pid')), study);
    const first = await killed.may(...args);
    expect(first.signal).toBe('SIGKILL');
    const told = first.stdout.split('\n').flatMap((line) => {
      return line.includes('"trial"') ? [JSON.parse(line) as Record<string, unknown>] : [];
    });
    const second = await killed.run(...args);
    expect(second.stderr).toContain(`Goes on with ${told.length + 1} trials`);
    const params = (lines: readonly Record<string, unknown>[]) =>
      trialsOf(lines).map(({ trial, state, params, value }) => ({ trial, state, params, value }));
    expect(params([...told, ...second.lines])).toEqual(params(whole.lines));
    expect(second.lines.at(-1)).toEqual(whole.lines.at(-1));
    // Nothing is left to go on with: the same command begins anew.
    expect(readdirSync(join(killed.folder, 'searches'))).toEqual([]);
  });

  it('takes its budget and what to try first from the study file, and ends when nothing gets better', async () => {
    const budget = { trials: 500, until_no_better: 4, start: [{ x: 0.3 }, { x: 0.9 }] };
    const { run, may } = search('export default ({ x }) => (x - 0.3) ** 2;', {
      sampler: 'sobol',
      space: { x },
      ...budget,
    });
    const { lines } = await run('--json');
    expect(trialsOf(lines).map(({ params }) => (params as { x: number }).x)).toEqual(
      expect.arrayContaining([0.3, 0.9]),
    );
    expect(trialsOf(lines).length).toBe(5);
    expect(lines.at(-1)).toMatchObject({ best: { value: 0, params: { x: 0.3 }, trial: 0 }, trials: 5, complete: 5 });
    expect(trialsOf((await run('--until-no-better', '7', '--json')).lines).length).toBe(8);
    expect(await may('--epochs', '3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--epochs says what'),
    });
  });

  it('says what is wrong with a study, a module or a function before anything is tried', async () => {
    const wrong = search('export default () => 1;', { space: { x: { type: 'float', low: 2, high: 1 } } });
    expect(await wrong.may()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('error: invalid_space: space.x: low 2'),
    });
    const start = search('export default () => 1;', { space: { x }, start: [{ x: 2 }] });
    expect(await start.may()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('error: outside_space: "x" = 2'),
    });
    const half = search('export default async (', { space: { x } });
    const loading = 'objective.mjs cannot be loaded: Unexpected end of input';
    expect(await half.may()).toMatchObject({ code: 1, stderr: expect.stringContaining(loading) });
    const broken = search('export const other = 1;', { space: { x } });
    expect(await broken.may()).toMatchObject({ code: 1, stderr: expect.stringContaining('error: invalid_objective') });
    const never = search('export default () => NaN;', { space: { x } });
    const { code, stderr, lines } = await never.may('--trials', '3', '--json');
    expect(code).toBe(1);
    expect(stderr).toContain('error: no_trial_completed');
    expect(lines.at(-1)).toMatchObject({ event: 'finished', best: null, failed: 3 });
  });
});

describe('atelier tune of trainings', () => {
  it('searches the settings of a recipe: a version for each, which is not taken for the newest', async () => {
    const folder = tempFolder();
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${(i * 13) % 11},${i % 7 > 3 ? 'high' : 'low'}`);
    writeFileSync(join(folder, 'rows.csv'), ['a,b,kind', ...rows].join('\n'));
    await done(folder, 'import', 'rows.csv');
    await done(folder, 'data', 'recipe', 'rows', '--add', 'bins');
    await done(folder, 'data', 'recipe', 'rows', '--add', 'filter', '--set', 'condition=a >= 0');
    const write = (space: object, more: object = {}) => {
      const study = {
        name: 'prepared',
        data: 'rows',
        target: 'kind',
        architecture: 'linear',
        epochs: 1,
        space,
        ...more,
      };
      writeFileSync(join(folder, 'study.json'), JSON.stringify({ ...study, settings: { device: 'cpu' }, seed: 1 }));
    };
    write({ 'recipe.filter': { type: 'boolean' } });
    // It would change on which samples a trial is scored.
    expect(await atelier(folder, 'tune', 'study.json')).toMatchObject({ code: 2 });
    const space = {
      'recipe.bins': { type: 'boolean' },
      'recipe.bins.count': { type: 'int', low: 2, high: 3, when: { 'recipe.bins': true } },
    };
    write(space, { sampler: 'grid', pruner: 'none' });
    const before = (await done(folder, 'data', 'show', 'rows', '--json')).lines;
    const { lines } = await done(folder, 'tune', 'study.json', '--workers', '2', '--json');
    const tried = trialsOf(lines).map(({ params }) => JSON.stringify(params));
    expect(tried.sort()).toEqual([
      '{"recipe.bins":false}',
      '{"recipe.bins":true,"recipe.bins.count":2}',
      '{"recipe.bins":true,"recipe.bins.count":3}',
    ]);
    const runs = (await done(folder, 'runs', 'list', '--json')).lines;
    expect(new Set(runs.map(({ version }) => version)).size).toBe(3);
    expect((await done(folder, 'data', 'show', 'rows', '--json')).lines).toEqual(before);
    // What was made is made once.
    await done(folder, 'tune', 'study.json', '--new', '--json');
    const again = (await done(folder, 'runs', 'list', '--json')).lines;
    expect(again.length).toBe(6);
    expect(new Set(again.map(({ version }) => version)).size).toBe(3);
    const store = openWriter(folder);
    const byParams = listStudies(store).flatMap(({ id }) => listTrials(store, id));
    for (const { params, run } of byParams) {
      const { recipe } = getVersion(store, getRun(store, run!).version!).manifest;
      const bins = recipe!.steps.find(({ id }) => id === 'bins')!;
      expect([bins.enabled, bins.settings.count]).toEqual([params['recipe.bins'], params['recipe.bins.count'] ?? 5]);
    }
    store.close();
  });
});
