import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { estimateNet } from '../../src-main/jobs/estimate.ts';
import { picture, pictureEpochs, picturesFolder } from '../../src-main/jobs/pictures.ts';
import { completeSettings } from '../../src-main/jobs/train-settings.ts';
import type { TrainRequest } from '../../src-main/shared/contract.ts';
import type { RunId, VersionId } from '../../src-main/shared/ids.ts';
import { taskOf } from '../../src-main/shared/task.ts';
import { trainRequest } from '../support/fake-studio.ts';
import { sampleManifest, tempFolder } from '../support/temp-workspace.ts';

const request = (architecture: string, change: Partial<TrainRequest> = {}) => ({
  ...trainRequest('dv_0' as VersionId, architecture),
  ...change,
});
const untargeted = sampleManifest({ target: null, task: null, classes: [] });
const images = sampleManifest({
  kind: 'images',
  columns: [],
  target: null,
  classes: [{ name: 'only', count: 6 }],
  image: { height: 28, width: 28, channels: 1 },
});

describe('a run without a target', () => {
  it.each([
    ['autoencoder', untargeted],
    ['autoencoder', sampleManifest()],
    ['autoencoder', images],
    ['dcgan', images],
  ])('%s may be trained', (architecture, manifest) => {
    expect(completeSettings(request(architecture), architectures, manifest).architecture).toBe(architecture);
    expect(estimateNet(manifest, architecture, {}).parameters).toBeGreaterThan(0);
  });

  it('is what the architecture learns; else it is what the target asks for', () => {
    const tasks = (id: string) =>
      [untargeted, sampleManifest()].map((manifest) =>
        taskOf(
          architectures.find((each) => each.id === id)!,
          manifest,
        ),
      );
    expect(tasks('mlp')).toEqual([null, 'classification']);
    expect(tasks('autoencoder')).toEqual(['reconstruction', 'reconstruction']);
  });

  it.each([
    ['pictures of a table', request('dcgan'), sampleManifest(), 'unfit_architecture', /takes images/],
    ['no column', request('autoencoder'), sampleManifest({ columns: [] }), 'no_features', /at least one column/],
    [
      'a schedule that waits for a better result',
      request('dcgan', { schedule: 'plateau' }),
      images,
      'invalid_settings',
      /schedule=plateau: "dcgan" has no validation result/,
    ],
    ['patience', request('dcgan', { patience: 3 }), images, 'invalid_settings', /patience=3/],
  ] as const)('is refused with %s', (_, asked, manifest, code, message) => {
    expect(() => completeSettings(asked, architectures, manifest)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
    );
  });

  it.each([
    ['no target', untargeted],
    ['a single class', images],
  ])('is offered to who has %s', (_, manifest) => {
    const wanted = manifest === images ? 'autoencoder, dcgan' : 'autoencoder';
    expect(() => completeSettings(request('mlp'), architectures, manifest)).toThrow(
      `Or choose an architecture that needs none: ${wanted}.`,
    );
  });

  it('is drawn as a whole: the generator, then the discriminator', () => {
    const { layers, parameters } = estimateNet(images, 'dcgan', { channels: '4,6', latent: 5 });
    expect(layers.map(({ name }) => name)).toEqual([
      'dense 294',
      'batch norm',
      'conv transpose 4×4 · 4',
      'batch norm',
      'conv transpose 4×4 · 1',
      'conv 4×4 · 4',
      'conv 4×4 · 6',
      'batch norm',
      'dense 1',
    ]);
    expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
  });
});

describe('the pictures of a run', () => {
  const run = 'run_0' as RunId;
  function folderWith(files: string[]): string {
    const folder = tempFolder();
    mkdirSync(picturesFolder(folder, run), { recursive: true });
    for (const file of files) writeFileSync(join(picturesFolder(folder, run), file), file);
    return folder;
  }

  it('are listed by epoch, and nothing else that lies there', async () => {
    const folder = folderWith(['000010.png', '000002.png', '000002.png.17.part', 'notes.txt', '1.png', '1000000.png']);
    expect(pictureEpochs(folder, run)).toEqual([2, 10, 1_000_000]);
    expect(Buffer.from(await picture(folder, run, 10)).toString()).toBe('000010.png');
  });
  it('are none where the run left none', async () => {
    expect(pictureEpochs(tempFolder(), run)).toEqual([]);
    await expect(picture(folderWith([]), run, 3)).rejects.toMatchObject({ code: 'no_such_picture' });
  });
  it('are not read when no trainer wrote them', async () => {
    const folder = folderWith(['000001.png']);
    truncateSync(join(picturesFolder(folder, run), '000001.png'), 2 ** 26);
    await expect(picture(folder, run, 1)).rejects.toMatchObject({ code: 'no_such_picture' });
  });
});
