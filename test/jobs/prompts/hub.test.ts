import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UtilityPath } from '../../../src-main/jobs/utility.ts';
import { atelier } from '../../support/fake-host.ts';
import { openFakeStudio, until } from '../../support/fake-studio.ts';
import { hubCommit, hubServer } from '../../support/hub-server.ts';
import type { Behaviour } from '../../support/send-file.ts';
import { repository, tempFolder } from '../../support/temp-workspace.ts';
import { tinyFolder } from '../../support/tiny-llama.ts';

const id = 'owner/tiny';
/** What downloads is the real thing. */
const utility: UtilityPath = (kind) =>
  join(repository, kind === 'download' ? 'src-main/utility/download.ts' : 'test/support/utilities/fake.mjs');

const before = { ...process.env };
let models: string;
beforeEach(() => {
  const data = tempFolder();
  process.env.XDG_DATA_HOME = data;
  delete process.env.HF_TOKEN;
  models = join(data, 'atelier', 'models');
});
afterEach(() => {
  process.env = { ...before };
});

/** A hub with one Llama. */
async function given(behaviours?: Record<string, Behaviour[]>) {
  const source = tinyFolder(tempFolder());
  const files = Object.fromEntries(readdirSync(source).map((name) => [name, readFileSync(join(source, name))]));
  const info = { config: { model_type: 'llama' }, cardData: { license: 'mit' } };
  const server = await hubServer({ id, files, info, behaviours });
  process.env.HF_ENDPOINT = server.endpoint;
  return { ...server, folder: join(models, 'owner', hubCommit.slice(0, 12), 'tiny-safetensors') };
}

// Where data goes is said by another variable on other systems.
describe.runIf(process.platform === 'linux')('a model of the hub', () => {
  it('is told with its licence and size on the command line, got with --yes, and listed', async () => {
    const { folder, asked } = await given();
    const workspace = tempFolder();
    const cli = (...args: string[]) => atelier(workspace, ['models', ...args], undefined, utility);
    const told = await cli('download', id);
    expect(told.code).toBe(0);
    expect(told.stdout).toContain('licence mit');
    expect(told.stdout).toContain(`To get it: atelier models download ${id} --variant safetensors --yes`);
    expect(asked.every(({ path }) => path.startsWith('/api/'))).toBe(true);

    const { code, lines } = await cli('download', id, '--yes', '--json');
    expect([code, lines]).toEqual([
      0,
      [expect.objectContaining({ event: 'downloaded', id, commit: hubCommit, licence: 'mit', folder, locked: false })],
    ]);
    const listed = await cli('list', '--json');
    expect(listed.lines).toEqual([
      { model: lines[0].model, name: 'tiny-safetensors', kind: 'folder', does: 'writes', path: folder, missing: false },
    ]);
    expect((await cli('download', id)).stdout).toContain(`It is here already: ${folder}`);
    expect((await cli('remove', 'tiny-safetensors')).code).toBe(0);
    expect((await cli('list', '--json')).lines).toEqual([]);
    expect(readdirSync(folder)).toContain('model.safetensors');
    expect((await cli('add', folder)).code).toBe(0);
    expect((await cli('list', '--json')).lines).toHaveLength(1);
  });

  it('is a job that can be cancelled, and goes on where it was', async () => {
    const { folder, asked } = await given({ 'model.safetensors': [{ silentAfter: 2000 }] });
    const { studio } = openFakeStudio(tempFolder(), utility);
    const { job, result } = studio.models.download({ name: id });
    // What has come is on disk before anyone is told of it.
    const part = join(models, '.part', `owner--${hubCommit.slice(0, 12)}--tiny-safetensors`, 'model.safetensors');
    await until(() => (statSync(part, { throwIfNoEntry: false })?.size ?? 0) >= 2000, 60_000);
    studio.jobs.cancel(job);
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(await studio.models.askHub({ name: id })).toMatchObject({ chosen: { whole: false } });
    expect((await studio.models.askHub({ name: id })).chosen.have).toBeGreaterThan(2000);
    const { model } = await studio.models.download({ name: id }).result;
    expect(studio.languageModels.list()).toMatchObject([{ ref: { folder: model }, path: folder, missing: false }]);
    expect(asked.findLast(({ path }) => path.startsWith('/cdn/'))?.headers.range).toMatch(/^bytes=[1-9]/);
    await studio.close();
  });

  it('that failed can be tried again from the list of jobs', async () => {
    const { folder } = await given({ 'model.safetensors': [{ body: Buffer.from('another') }] });
    const { studio } = openFakeStudio(tempFolder(), utility);
    const { job, result } = studio.models.download({ name: id });
    await expect(result).rejects.toMatchObject({ code: 'wrong_hash' });
    expect(studio.jobs.get(job)).toMatchObject({ status: 'failed', again: 'goes-on' });
    expect(studio.languageModels.list()).toEqual([]);
    const next = studio.jobs.again(job);
    await until(() => studio.jobs.get(next).status === 'finished');
    expect(studio.languageModels.list()).toMatchObject([{ path: folder }]);
    await studio.close();
  });
});
