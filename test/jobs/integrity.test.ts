import { openSync, closeSync, writeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { workspaceFiles } from '../../src-main/db/workspace.ts';
import { Integrity } from '../../src-main/jobs/integrity.ts';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import type { UtilityHandle } from '../../src-main/jobs/utility.ts';
import { integrityUtility, openFakeStudio, until } from '../support/fake-studio.ts';
import { isAlive } from '../support/processes.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

/** Of a workspace with a dataset in it. */
async function looking() {
  const folder = tempFolder();
  const { studio } = openFakeStudio(folder);
  await studio.datasets.import({ paths: ['/data/quick'] }).result;
  const utilities: UtilityHandle[] = [];
  const spawn = spawnWithNode(() => integrityUtility);
  const file = workspaceFiles.database(folder);
  const integrity = new Integrity((kind) => (utilities.push(spawn(kind)), utilities.at(-1)!), file);
  return { studio, file, integrity, utilities };
}

it('looks through the database while the studio works on it: once for all who ask meanwhile, by a process that is gone after', async () => {
  const { studio, integrity, utilities } = await looking();
  const asked = [integrity.check(), integrity.check()];
  await studio.datasets.import({ paths: ['/data/quick'], name: 'meanwhile' }).result;
  expect(await Promise.all(asked)).toEqual(['ok', 'ok']);
  expect(utilities).toHaveLength(1);
  expect(await integrity.check()).toBe('ok');
  expect(utilities).toHaveLength(2);
  await until(() => utilities.every(({ pid }) => !isAlive(pid!)));
  await studio.close();
});

it('tells what is wrong with a damaged file', async () => {
  const { studio, file, integrity } = await looking();
  await studio.close();
  const handle = openSync(file, 'r+');
  for (let page = 3; page < 12; page++) writeSync(handle, Buffer.alloc(600, 0xa5), 0, 600, page * 4096);
  closeSync(handle);
  expect(await integrity.check()).not.toBe('ok');
});

it('is ended at once when the studio closes, and fails where its process dies', async () => {
  const { studio, integrity, utilities } = await looking();
  const killed = expect(integrity.check()).rejects.toEqual(code('process_died'));
  utilities[0].kill();
  await killed;
  const cut = expect(integrity.check()).rejects.toEqual(code('closing'));
  await integrity.close();
  expect(isAlive(utilities[1].pid!)).toBe(false);
  await cut;
  await expect(integrity.check()).rejects.toEqual(code('closing'));
  await studio.close();
});
