import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Studio } from '../../../src-main/jobs/studio.ts';
import type { StudyId } from '../../../src-main/shared/ids.ts';
import { openFakeStudio, until } from '../../support/fake-studio.ts';
import { tempFolder } from '../../support/temp-workspace.ts';

async function begun(change: Record<string, unknown> = {}) {
  const folder = tempFolder();
  const { studio } = openFakeStudio(folder, undefined, { atOnce: 2 });
  const { version } = await studio.datasets.import({ paths: ['/data/quick'] }).result;
  const planned = studio.studies.plan(
    {
      architecture: 'scores',
      settings: { device: 'cpu' },
      sampler: 'random',
      space: { lr: { type: 'float', low: 1e-4, high: 1, log: true } },
      trials: 4,
      ...change,
    },
    version,
  );
  return { folder, studio, ...studio.studies.start({ ...planned, name: 'search', version, from: [] }) };
}

/** Nothing is left but the workspace's own plain files. */
function loseDatabase(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith('atelier.db')) rmSync(join(folder, name));
  rmSync(join(folder, 'backups'), { recursive: true });
}

const reopened = (folder: string): Studio => openFakeStudio(folder).studio;
const fileOf = (folder: string, study: StudyId): string => join(folder, 'studies', `${study}.jsonl`);

describe('a study whose database is lost', () => {
  it('is made again as it was: plan, budget, trials, reports, reasons and best', async () => {
    const { folder, studio, study, stopped } = await begun({
      start: [{ lr: 0.01 }],
      pruner: { type: 'threshold', low: 0.3 },
    });
    await stopped;
    studio.studies.rename(study, 'renamed');
    await until(() => studio.jobs.active.length === 0);
    const before = studio.studies.get(study);
    await studio.close();
    loseDatabase(folder);
    const later = reopened(folder);
    expect(later.notices[0]).toMatchObject({
      code: 'workspace_repaired',
      message: expect.stringContaining('1 studies added'),
    });
    expect(later.studies.get(study)).toEqual(before);
    await later.studies.resume(study, { trials: 1 }).stopped;
    expect(later.studies.get(study)).toMatchObject({ name: 'renamed', status: 'finished', budget: { trials: 5 } });
    await later.close();
  });

  it('goes on where it was with the same runs, trials at work included', async () => {
    const { folder, studio, study } = await begun({ workers: 2 });
    await until(() => studio.studies.get(study).trials.filter(({ state }) => state === 'complete').length >= 1);
    await until(() => studio.studies.get(study).trials.some(({ state }) => state === 'running'));
    await studio.close();
    const before = reopened(folder);
    const { trials } = before.studies.get(study);
    await before.close();
    loseDatabase(folder);
    const later = reopened(folder);
    const ended = (each: typeof trials) => each.filter(({ state }) => state === 'complete');
    expect(ended(later.studies.get(study).trials)).toEqual(ended(trials));
    await later.studies.resume(study).stopped;
    const whole = later.studies.get(study);
    expect(whole).toMatchObject({ status: 'finished', counts: { complete: 4 } });
    expect(whole.trials.slice(0, trials.length).map(({ run }) => run)).toEqual(trials.map(({ run }) => run));
    expect(later.runs.list()).toHaveLength(4);
    await later.close();
  });

  it('passes over lines and files that say nothing, and a trial whose run is gone says so', async () => {
    const { folder, studio, study, stopped } = await begun();
    await stopped;
    await studio.close();
    const file = fileOf(folder, study);
    const [first, ...rest] = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    writeFileSync(
      file,
      ['{"study":', 'null', '[]', first, '{"trial":{"number":-1}}', ...rest, '{"trial":{"numb'].join('\n'),
    );
    writeFileSync(
      join(folder, 'studies', 'st_0000000000000000.jsonl'),
      '{"study":{"id":"st_0000000000000000","plan":7}}\n',
    );
    mkdirSync(join(folder, 'studies', 'st_0000000000000001'));
    const { run } = (JSON.parse(rest.findLast((line) => line.includes('"trial"'))!) as { trial: { run: string } })
      .trial;
    rmSync(join(folder, 'runs', run), { recursive: true });
    loseDatabase(folder);
    const later = reopened(folder);
    expect(later.studies.list().map(({ id }) => id)).toEqual([study]);
    const { trials } = later.studies.get(study);
    expect(trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'complete', 'complete']);
    expect(trials.filter((trial) => trial.run === null)).toHaveLength(1);
    await later.close();
  });
});

describe('the file of a study', () => {
  it('is completed after an owner that died before it wrote, and made for a study that has none', async () => {
    const { folder, studio, study, stopped } = await begun();
    await stopped;
    await studio.close();
    const file = fileOf(folder, study);
    const whole = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    writeFileSync(file, `${whole.slice(0, -3).join('\n')}\n{"trial":{"number":3,"st`);
    // As a process leaves it that is killed.
    writeFileSync(join(folder, 'workspace.owner.json'), '{"pid":1,"what":"a test","since":1}');
    const again = reopened(folder);
    const before = again.studies.get(study);
    await again.close();
    loseDatabase(folder);
    const made = reopened(folder);
    expect(made.studies.get(study)).toEqual(before);
    await made.close();
    rmSync(file);
    await reopened(folder).close();
    expect(readFileSync(file, 'utf8').split('\n').filter(Boolean)).toHaveLength(5);
  });
});
