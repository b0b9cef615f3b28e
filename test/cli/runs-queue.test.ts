import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atelier } from '../support/fake-host.ts';
import { tempFolder } from '../support/temp-workspace.ts';

/** The fake import gives what it gives, whatever the path; its behaviour is the path's last part. */
async function withData(): Promise<string> {
  const folder = tempFolder();
  const data = join(tempFolder(), 'quick');
  mkdirSync(data);
  expect(await atelier(folder, ['import', data])).toMatchObject({ code: 0 });
  return folder;
}

const train = (folder: string, architecture: string, ...more: string[]) =>
  atelier(folder, ['train', '--data', 'fake', '--architecture', architecture, '--epochs', '2', ...more, '--json']);
const listed = async (folder: string) =>
  (await atelier(folder, ['runs', 'queue', '--json'])).lines.filter((line) => 'run' in line);

describe('atelier runs queue', () => {
  it('holds what is queued until it is worked off, in the order that was given, past errors', async () => {
    const folder = await withData();
    expect((await atelier(folder, ['runs', 'queue'])).stdout).toMatch(/No training waits/);
    for (const name of ['one', 'two', 'three']) {
      const { code, lines } = await train(folder, name === 'two' ? 'crashes' : 'quick', '--name', name, '--queue');
      expect(code).toBe(0);
      expect(lines.at(-1)).toMatchObject({ event: 'queued', name });
    }
    // What is trained at once does not begin what others queued.
    expect((await train(folder, 'quick', '--name', 'now')).lines.at(-1)).toMatchObject({ event: 'finished' });
    expect((await listed(folder)).map((line) => [line.name, line.place])).toEqual([
      ['one', 1],
      ['two', 2],
      ['three', 3],
    ]);
    expect((await atelier(folder, ['runs', 'move', 'three', 'front'])).stdout).toMatch(/three .*: moved/);
    const before = ['runs', 'move', 'two', '--before', 'one', '--json'];
    expect((await atelier(folder, before)).lines).toMatchObject([{ event: 'moved', name: 'two' }]);
    expect((await listed(folder)).map((line) => line.name)).toEqual(['three', 'two', 'one']);
    expect((await atelier(folder, ['runs', 'move', 'two', 'back'])).code).toBe(0);
    expect((await atelier(folder, ['runs', 'move', 'two'])).code).toBe(2);
    expect((await atelier(folder, ['runs', 'move', 'two', 'up', '--before', 'one'])).code).toBe(2);
    const ended = await atelier(folder, ['runs', 'move', 'two', '--before', 'now']);
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/error: run_ended: The run "now" has ended/)]);
    expect((await atelier(folder, ['runs', 'pause', 'one'])).code).toBe(0);
    expect((await listed(folder)).map((line) => [line.name, line.status])).toEqual([
      ['three', 'queued'],
      ['one', 'paused'],
      ['two', 'queued'],
    ]);

    const worked = await atelier(folder, ['runs', 'queue', '--work', '--at-once', '1', '--json']);
    expect(worked.code).toBe(1);
    expect(worked.stderr).toMatch(/error: runs_failed: 1 of 2 trainings failed/);
    expect(worked.lines.map((line) => [line.event, line.name ?? line.code])).toEqual([
      ['started', 'three'],
      ['finished', 'three'],
      ['started', 'two'],
      ['failed', 'process_died'],
    ]);
    expect((await listed(folder)).map((line) => [line.name, line.status])).toEqual([['one', 'paused']]);

    const resumed = await atelier(folder, ['runs', 'resume', 'one', '--json']);
    expect(resumed.lines.map((line) => line.event)).toEqual(['started', 'finished']);
    const retried = await atelier(folder, ['runs', 'retry', '--failed', '--queue', '--json']);
    expect(retried.lines).toMatchObject([{ event: 'queued', name: 'two' }]);
    expect((await atelier(folder, ['runs', 'cancel', 'two'])).code).toBe(0);
    expect(await listed(folder)).toEqual([]);
    expect((await atelier(folder, ['runs', 'retry', '--failed'])).stdout).toMatch(/No run has failed/);
  });

  it('is paused as a whole', async () => {
    const folder = await withData();
    await train(folder, 'quick', '--queue');
    expect((await atelier(folder, ['runs', 'queue', '--hold'])).stderr).toMatch(/The queue is paused/);
    const refused = await atelier(folder, ['runs', 'queue', '--work']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/error: queue_held: /)]);
    const worked = await atelier(folder, ['runs', 'queue', '--go-on', '--work', '--json']);
    expect([worked.code, worked.lines.at(-1)]).toEqual([0, expect.objectContaining({ event: 'finished' })]);
  });

  it('lets what works wait again on Ctrl-C', async () => {
    const folder = await withData();
    await train(folder, 'busy', '--name', 'long', '--queue');
    const stopped = await atelier(folder, ['runs', 'queue', '--work', '--json'], /"started"/);
    expect(stopped.code).toBe(1);
    expect((await listed(folder)).map((line) => [line.name, line.status])).toEqual([['long', 'queued']]);
  });

  it.each([
    [['runs', 'queue', '--hold', '--work'], 2, /bad_arguments/],
    [['runs', 'queue', '--at-once', '0'], 2, /from 1 to 16/],
    [['runs', 'move', 'nothing', 'front'], 1, /no_such_run/],
    [['runs', 'move', 'done', 'sideways'], 2, /front, up, down, back/],
    [['runs', 'pause', 'done'], 1, /run_ended: The run "done" has ended \(finished\)/],
    [['runs', 'resume', 'done'], 1, /run_finished: .*add-epochs/],
    [['runs', 'retry'], 2, /name a run, or give --failed/],
    [['runs', 'add-epochs', 'done', '0'], 2, /from 1 to 10000/],
    [['runs', 'add-epochs', 'done', '5', '--schedule', 'plateau'], 2, /Allowed choices/],
    [['runs', 'add-epochs', 'done', '5'], 1, /no_checkpoint: .*no checkpoint to go on from/],
  ])('refuses %j', async (args, code, words) => {
    const folder = await withData();
    await train(folder, 'quick', '--name', 'done');
    const ran = await atelier(folder, args);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringMatching(words)]);
  });
});
