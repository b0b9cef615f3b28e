import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SamplePage } from '../../src-main/shared/dataset.ts';
import type { ReaderResponse } from '../../src-main/shared/reading.ts';
import type { FromUtility } from '../../src-main/shared/work.ts';
import type { ImportOffer, ImportResult } from '../../src-main/shared/work/import.ts';
import { dataFolder, filesIn, writeFiles } from '../support/data-import.ts';
import { csvText, mixedTable } from '../support/data-table.ts';

/** Starts a utility's source as the command line starts its build. */
function start(name: string): ChildProcess {
  const path = fileURLToPath(new URL(`../../src-main/utility/${name}.ts`, import.meta.url));
  const child = fork(path, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Messages until one of a type comes. */
async function until<T extends FromUtility['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<FromUtility, { type: T }>> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [FromUtility];
    if (message.type === type) return message as Extract<FromUtility, { type: T }>;
    if (message.type === 'error') throw new Error(message.error.message);
  }
}

describe('the import utility', () => {
  it('imports, tells its progress, and ends', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'data.csv': csvText(mixedTable(500)) });
    const child = start('import');
    await until(child, 'ready');
    const params = { blobs: folder.blobs, paths: [join(folder.path, 'data.csv')], splitSeed: 1 };
    child.send({ type: 'start', job: 'job', kind: 'import', params });
    await until(child, 'progress');
    const exited = once(child, 'exit');
    const { value } = await until(child, 'result');
    expect((value as ImportResult).manifest.samples).toBe(500);
    expect(await exited).toEqual([0, null]);
  });

  it('is cancelled within two seconds in the middle of a large table, and leaves nothing', async () => {
    const folder = await dataFolder();
    const part = csvText(mixedTable(20_000));
    const body = part.slice(part.indexOf('\n') + 1);
    await writeFiles(folder.path, { 'large.csv': part + body.repeat(30) });
    const child = start('import');
    await until(child, 'ready');
    const params = { blobs: folder.blobs, paths: [join(folder.path, 'large.csv')], splitSeed: 1 };
    child.send({ type: 'start', job: 'job', kind: 'import', params });
    for (;;) if ((await until(child, 'progress')).progress.stage === 'converting') break;
    const asked = performance.now();
    child.send({ type: 'cancel' });
    await until(child, 'cancelled');
    expect(performance.now() - asked).toBeLessThan(2000);
    expect(await filesIn(folder.blobs)).toEqual([]);
  });
});

describe('the reader utility', () => {
  it('answers with offers and pages, and with errors where it must', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'data.csv': csvText(mixedTable(50)) });
    const child = start('reader');
    const ask = async (request: object): Promise<ReaderResponse> => {
      child.send(request);
      return ((await once(child, 'message')) as [ReaderResponse])[0];
    };
    const offer = await ask({ id: 1, type: 'offer', paths: [join(folder.path, 'data.csv')] });
    expect(offer).toMatchObject({ id: 1, ok: true });
    expect((offer as { value: ImportOffer[] }).value[0]).toMatchObject({
      kind: 'table',
      target: 'label',
      suggestedName: 'data',
    });
    expect(await ask({ id: 2, type: 'offer', paths: [join(folder.path, 'nowhere')] })).toMatchObject({
      id: 2,
      ok: false,
      error: { code: 'source_vanished' },
    });

    const { importDataset } = await import('../../src-main/datasets/import.ts');
    const { quietContext } = await import('../support/data-import.ts');
    const { manifest } = await importDataset(
      { blobs: folder.blobs, paths: [join(folder.path, 'data.csv')], splitSeed: 1 },
      quietContext(),
    );
    const query = { version: 'dv', offset: 10, limit: 3 };
    const page = await ask({ id: 3, type: 'samples', blobs: folder.blobs, manifest, query });
    expect((page as { value: SamplePage }).value.indices).toEqual([10, 11, 12]);
  });
});
