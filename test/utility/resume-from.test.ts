import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpointPath, readCheckpoint } from '../../src-main/runtime/checkpoint.ts';
import type { TrainParams } from '../../src-main/shared/work/train.ts';
import type { TrainSettings } from '../../src-main/shared/run.ts';
import { Paused } from '../../src-main/utility/port/job-port.ts';
import { checkpointToGoOn, sweepParts } from '../../src-main/utility/work/resume-from.ts';
import { trainRun } from '../../src-main/utility/work/train-run.ts';
import { barsVersion, hereContext, trainSettings } from '../support/train-here.ts';
import { tempFolder } from '../support/temp-workspace.ts';

async function paramsOf(change: Partial<TrainSettings> = {}, run = 'run_a'): Promise<TrainParams> {
  const folder = tempFolder();
  const blobs = join(folder, 'blobs');
  const manifest = await barsVersion(blobs, 120, 8);
  const settings = trainSettings('mlp', { batchSize: 16, epochs: 6, ...change }, { hidden: '8' });
  return { blobs, runFolder: join(folder, run), run: run as TrainParams['run'], manifest, settings, version: 'dv_1' };
}
const file = (params: TrainParams, name: string) => checkpointPath(params.runFolder, name);
const last = (params: TrainParams) => readCheckpoint(file(params, 'last'))!;

/** Another bit of its values. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 9] ^= 16;
  writeFileSync(path, bytes);
}

describe('a run that goes on', () => {
  it('goes on from its last checkpoint, else from the furthest, else from its beginning', async () => {
    const params = await paramsOf({ keepEvery: 2 });
    expect(checkpointToGoOn(params)).toBeNull();
    await trainRun(params, hereContext());
    expect(last(params).origin).toMatchObject({ run: 'run_a', version: 'dv_1', blobs: params.manifest.blobs });
    expect(last(params).origin!.code).toHaveProperty('onnxruntime');
    const whole = last(params);
    expect(checkpointToGoOn(params)!.position).toEqual(whole.position);
    expect(checkpointToGoOn({ ...params, from: 'epoch-000002' })!.position.epoch).toBe(2);
    rmSync(file(params, 'last'));
    expect(checkpointToGoOn(params)!.position.epoch).toBe(6);
    // From any of them it comes to the same end.
    for (const from of ['epoch-000002', 'epoch-000004']) {
      await trainRun({ ...params, resume: true, from }, hereContext());
      expect(last(params).model).toEqual(whole.model);
      expect(last(params).optimizer).toEqual(whole.optimizer);
    }
  });

  it('tells one that is damaged or another run’s, with the next older one that is sound', async () => {
    const [params, other] = [await paramsOf({ keepEvery: 2 }), await paramsOf({}, 'run_b')];
    await trainRun(params, hereContext());
    await trainRun(other, hereContext());
    const goOn = (from?: string) => trainRun({ ...params, resume: true, from }, hereContext());
    damage(file(params, 'epoch-000006'));
    damage(file(params, 'last'));
    rmSync(file(params, 'best'));
    await expect(goOn()).rejects.toMatchObject({
      code: 'broken_checkpoint',
      message: expect.stringMatching(/checksum.* atelier runs resume run_a --from epoch-000004/),
    });
    copyFileSync(file(other, 'last'), file(params, 'last'));
    await expect(goOn()).rejects.toMatchObject({
      code: 'foreign_checkpoint',
      message: expect.stringMatching(/of another run \(run_b\).*--from epoch-000004/),
    });
    await expect(goOn('epoch-000009')).rejects.toMatchObject({
      code: 'no_checkpoint',
      message: expect.stringMatching(/It has: .*epoch-000004/),
    });
    for (const name of ['epoch-000002', 'epoch-000004', 'epoch-000006']) rmSync(file(params, name));
    await expect(goOn()).rejects.toMatchObject({ message: expect.stringMatching(/no other one.*--anew/) });
    // Nothing of what was there is lost by being refused.
    expect(existsSync(file(params, 'last'))).toBe(true);
  });

  it('leaves as it is asked to, wherever it is, and comes to the same end', async () => {
    const params = await paramsOf();
    await trainRun(params, hereContext());
    const whole = last(params);
    const again = await paramsOf();
    let times = 0;
    for (const after of [0, 1, 4, 9, Infinity]) {
      let asked = 0;
      const context = hereContext({ pauseRequested: () => asked++ >= after });
      await trainRun({ ...again, resume: times > 0 }, context).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Paused);
        times++;
      });
    }
    expect(times).toBeGreaterThan(2);
    expect(last(again).model).toEqual(whole.model);
    const log = readFileSync(join(again.runFolder, 'run.jsonl'), 'utf8');
    expect(log.match(/"type":"paused"/g)).toHaveLength(times);
  });

  it('sweeps away what a killed process had begun to write', async () => {
    const params = await paramsOf({ epochs: 1 });
    await trainRun(params, hereContext());
    const part = `${file(params, 'last')}.123.part`;
    writeFileSync(part, 'x');
    sweepParts(params.runFolder);
    expect([existsSync(part), existsSync(file(params, 'last'))]).toEqual([false, true]);
  });
});

describe('added epochs', () => {
  it('of a constant rate are as if they had been asked for at once', async () => {
    const constant = { schedule: 'constant' as const };
    const whole = await paramsOf({ ...constant, epochs: 5 });
    await trainRun(whole, hereContext());
    const params = await paramsOf({ ...constant, epochs: 2 });
    await trainRun(params, hereContext());
    const { position } = last(params);
    const stretch = { step: position.step, epoch: 2, epochsBefore: 2, learningRate: params.settings.learningRate };
    const settings = { ...params.settings, epochs: 5, stretches: [{ ...stretch, ...constant }] };
    await trainRun({ ...params, settings, resume: true }, hereContext());
    expect(last(params).position.step).toBe(last(whole).position.step);
    expect(last(params).model).toEqual(last(whole).model);
    expect(last(params).optimizer).toEqual(last(whole).optimizer);
  });
});
