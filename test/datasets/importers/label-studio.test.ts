import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileNames } from '../../../src-main/datasets/annotations/label-studio-task.ts';
import { matchMarks } from '../../../src-main/datasets/annotations/match-marks.ts';
import { exportData } from '../../../src-main/datasets/export-data.ts';
import type { SaidMarks } from '../../../src-main/shared/said.ts';
import { annotated, objectsOf, pictures, roundTrip } from '../../support/data-annotated.ts';
import { dataFolder, failure, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { tone, toneFolders, wav } from '../../support/data-sounds.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

const region = (type: string, value: object, more: object = {}) => ({
  id: 'r1',
  type,
  value,
  original_width: 40,
  original_height: 20,
  from_name: 'label',
  to_name: 'image',
  ...more,
});
const task = (id: number, data: object, result: object[], more: object = {}) => ({
  id,
  data,
  annotations: [{ id: id * 10, result, was_cancelled: false, ...more }],
  predictions: [],
});
const box = (more: object = {}) =>
  region('rectanglelabels', { x: 25, y: 50, width: 50, height: 25, rotation: 0, rectanglelabels: ['cell'], ...more });
const span = (start: number, end: number, name: string, id: string) => ({
  id,
  type: 'labels',
  value: { start, end, text: '', labels: [name] },
});

importerContract('label-studio', {
  kind: 'label-studio',
  samples: 12,
  classes: [],
  unlabelled: 'no_classes',
  async write(folder) {
    const names = Array.from({ length: 12 }, (_, i) => `${i}.png`);
    const tasks = names.map((name, i) => task(i, { image: `/data/upload/1/0123abcd-${name}` }, [box()]));
    await writeFiles(
      folder,
      Object.fromEntries(
        Object.entries({ ...(await pictures(...names)), 'tasks.json': JSON.stringify(tasks) }).map(([name, bytes]) => [
          `source/${name}`,
          bytes,
        ]),
      ),
    );
    return ['source'];
  },
});

describe('Label Studio', () => {
  it('gives boxes, polygons, points and choices of images', async () => {
    const tasks = [
      task(1, { image: 'a.png', from: 'a camera' }, [
        box(),
        box({ rotation: 30 }),
        region(
          'polygonlabels',
          {
            points: [
              [0, 0],
              [50, 0],
              [50, 50],
            ],
            polygonlabels: ['cell', 'nucleus'],
          },
          { score: 0.5 },
        ),
        region('keypointlabels', { x: 50, y: 50, width: 1, keypointlabels: ['tip'] }),
        region('choices', { choices: ['good'] }),
        region('brushlabels', { format: 'rle', rle: [0, 1], brushlabels: ['cell'] }),
        region('rectanglelabels', { x: 'left', rectanglelabels: ['cell'] }),
        region('rectanglelabels', { x: 1, y: 1, width: 2, height: 3 }),
      ]),
      task(2, { image: '/data/local-files/?d=pictures%2Fb.png' }, [region('choices', { choices: ['bad'] })]),
      task(3, { image: 's3://bucket/gone.png' }, []),
    ];
    const set = await annotated({
      ...(await pictures('a.png', 'pictures/b.png')),
      'tasks.json': JSON.stringify(tasks),
    });
    const [plain, turned, first, second, point, tag] = objectsOf(set, 'a.png');
    expect(plain).toEqual({ type: 'box', class: 'cell', id: 'r1', box: [10, 10, 20, 5], flags: undefined });
    expect(turned.rotation).toBe(30);
    expect(first).toMatchObject({ class: 'cell', polygons: [[0, 0, 20, 0, 20, 10]], extra: { score: 0.5 } });
    expect(second).toMatchObject({ class: 'nucleus' });
    expect(point).toMatchObject({ type: 'keypoints', keypoints: [20, 10, 2] });
    expect(tag).toMatchObject({ type: 'tag', class: 'good' });
    expect(set.manifest.classes).toEqual([
      { name: 'bad', count: 1 },
      { name: 'good', count: 1 },
    ]);
    expect(set.samples[0].marks).toMatchObject({ id: 1, extra: { data: { from: 'a camera' } } });
    expect(set.manifest.rejected.map(({ code }) => code)).toEqual([
      'image_missing',
      'not_supported',
      'bad_box',
      'unknown_class',
    ]);
  });

  it('gives spans, relations and choices of texts', async () => {
    const text = ' Ada wrote to Bob.';
    const tasks = [
      task(1, { text, source: 'mail' }, [
        span(1, 4, 'PER', 'a'),
        span(14, 17, 'PER', 'b'),
        { type: 'relation', from_id: 'a', to_id: 'b', direction: 'right', labels: ['writes to'] },
        region('choices', { choices: ['letter'] }),
        span(15, 99, 'PER', 'c'),
      ]),
      task(2, { text: 'Nothing here.' }, [region('choices', { choices: ['none'] })], { ground_truth: false }),
      task(3, { text: '' }, []),
    ];
    const set = await annotated({ 'tasks.json': JSON.stringify(tasks) });
    expect(set.manifest).toMatchObject({ kind: 'table', target: 'class', samples: 2 });
    expect(set.samples[0].marks.annotations).toEqual([
      { type: 'span', class: 'PER', id: 'a', start: 1, end: 4 },
      { type: 'span', class: 'PER', id: 'b', start: 14, end: 17 },
      { type: 'relation', class: 'writes to', from: 'a', to: 'b', extra: { direction: 'right' } },
      { type: 'tag', class: 'letter', id: 'r1' },
    ]);
    expect(text.slice(14, 17)).toBe('Bob');
    expect(set.manifest.rejected.map(({ code }) => code)).toEqual(['bad_span', 'no_text'].sort());
    const again = await roundTrip(set, 'conll');
    expect(again.result.lost).toEqual([
      { what: 'relations', count: 1 },
      { what: 'whole-text classes', count: 2 },
      { what: 'ids', count: 2 },
    ]);
    expect(again.manifest.annotations?.types).toEqual({ span: 2 });
  });

  describe('of sounds', () => {
    /** Two folders whose files are called alike, and one file whose name is its own. */
    const tones = async () => {
      const folder = await dataFolder();
      const files = { ...toneFolders('tones', [300, 700], 2), 'tones/900/call.wav': wav([tone({ hertz: 900 })]) };
      await writeFiles(folder.path, files);
      const { manifest } = await importFrom(folder, ['tones']);
      return { folder, manifest, known: { blobs: folder.blobs, manifest, kind: 'segments' as const } };
    };
    const heard = (start: unknown, end: unknown, ...labels: string[]) => ({
      id: 's1',
      type: 'labels',
      value: { start, end, channel: 0, labels },
    });

    it.each(['label-studio', 'jsonl'] as const)('segments come back from an export as %s', async (format) => {
      const { folder, manifest, known } = await tones();
      const segment = (name: string, start: number, end: number) => ({
        type: 'segment' as const,
        class: name,
        start,
        end,
      });
      const first = [segment('speech', 0.0125, 0.05), segment('noise', 0.04, 0.0999)];
      const marks = new Map([
        [1, first],
        [2, []],
        [4, [segment('noise', 0, 0.1)]],
      ]);
      const said: SaidMarks = {
        ...{ kind: 'segments', base: null, classes: ['speech', 'noise'], names: [], unsettled: [] },
        samples: [...marks].map(([sample, its]) => [
          sample,
          JSON.stringify(its.map(({ class: name, ...shape }, number) => ({ number, class: name, shape }))),
        ]),
      };
      const labels = { said, samples: Int32Array.from(marks.keys()) };
      const out = join(folder.path, 'out');
      const params = { blobs: folder.blobs, manifest, format, out, images: false, labels };
      expect((await exportData(params, quietContext())).lost).toEqual([]);
      const found = await matchMarks({ ...known, paths: [out] });
      expect(found).toMatchObject({ format, rejectedCount: 0 });
      expect([...found.classes].sort()).toEqual(['noise', 'speech']);
      const plain = found.samples.map(([sample, { annotations }]) => [
        sample,
        annotations.map((one) => one.type === 'segment' && segment(one.class, one.start, one.end)),
      ]);
      expect(plain).toEqual([...marks]);
    });

    it('are found by the end of where they lay, of an upload by its name where no other sound is called so', async () => {
      const { folder, known } = await tones();
      const tasks = [
        task(1, { audio: '/data/upload/3/0a1b2c3d-call.wav' }, [
          heard(0, 0.05, 'speech', 'loud'),
          heard(0.05, 0.05, 'speech'),
          heard('from', 0.09, 'speech'),
          { id: 'b', type: 'brushlabels', value: { brushlabels: ['speech'] } },
          heard(0, 0.05),
        ]),
        task(2, { audio: '/data/local-files/?d=tones%2F700%2F0.wav' }, [heard(0.01, 0.02, 'speech')]),
        task(3, { audio: 'https://host/1.wav' }, [heard(0.01, 0.02, 'speech')]),
      ];
      await writeFiles(folder.path, { 'tasks.json': JSON.stringify(tasks) });
      const found = await matchMarks({ ...known, paths: [join(folder.path, 'tasks.json')] });
      expect(found.samples).toMatchObject([
        [2, { annotations: [{ class: 'speech', start: 0.01, end: 0.02 }] }],
        [
          4,
          {
            annotations: [
              { type: 'segment', class: 'speech', start: 0, end: 0.05 },
              { type: 'segment', class: 'loud', start: 0, end: 0.05 },
            ],
          },
        ],
      ]);
      expect(found.rejected.map(({ code }) => code).sort()).toEqual([
        ...['bad_segment', 'bad_segment', 'no_sample', 'not_supported', 'unknown_class'],
      ]);
      await writeFiles(folder.path, { 'others.json': JSON.stringify(tasks.slice(2)) });
      const others = matchMarks({ ...known, paths: [join(folder.path, 'others.json')] });
      expect((await failure(others)).code).toBe('nothing_matched');
    });
  });

  it('takes the ground truth of several annotators, and tells of the others', async () => {
    const one = task(1, { text: 'Ada' }, [span(0, 3, 'WRONG', 'a')]);
    one.annotations.push({
      id: 2,
      result: [span(0, 3, 'PER', 'a')],
      was_cancelled: false,
      ground_truth: true,
    } as never);
    one.annotations.push({ id: 3, result: [], was_cancelled: true });
    const set = await annotated({ 'tasks.json': JSON.stringify([one]) });
    expect(set.manifest.annotations?.classes.map(({ name }) => name)).toEqual(['PER']);
    expect(set.manifest.notes).toContainEqual(expect.objectContaining({ code: 'other_annotators' }));
  });

  it.each([
    ['/data/upload/12/0a1b2c3d-my%20cat.jpg', ['data/upload/12/0a1b2c3d-my cat.jpg', 'data/upload/12/my cat.jpg']],
    ['https://host/x/cat.jpg?size=big', ['x/cat.jpg']],
    ['%E0%A4%A', ['%E0%A4%A']],
  ])('finds the file in %s', (value, names) => {
    expect(fileNames(value)).toEqual(names);
  });

  survivesHostileInput(
    'Label Studio',
    async () => ({
      name: 'tasks.json',
      bytes: Buffer.from(JSON.stringify([task(1, { image: 'a.png' }, [box()]), task(2, { image: 'b.png' }, [box()])])),
      beside: (await pictures('a.png', 'b.png')) as Record<string, Buffer>,
    }),
    1,
  );
});
