import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mark } from '../../src-main/shared/marks.ts';
import type { LabellingState } from '../../src-main/shared/labels.ts';
import { clickPair, detector, table, turned } from '../support/marker-models.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

const [width, height] = [240, 200];

/** Boxes drawn by mouse in the real window. The image says of each of its pixels where it is: red is its x, green its y. */
describe('objects of an image', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const problems: string[] = [];

  const launch = async () => {
    studio = await launchStudio({ folder });
    studio.page.on('pageerror', (error) => problems.push(error.message));
  };
  const exact = () => studio.page.locator('[data-testid=object-picture][data-exact=true]').waitFor();
  const marks = (): Promise<Mark[]> =>
    studio.page.evaluate(async () => {
      const ask = async <T>(channel: string, input?: unknown): Promise<T> => {
        const reply = (await window.studio!.invoke(channel as never, input as never)) as { ok: true; value: T };
        return reply.value;
      };
      const [{ latestVersion: version }] = await ask<{ latestVersion: string }[]>('datasets.list');
      const { labelling } = await ask<LabellingState>('labels.open', { version, kind: 'objects' });
      return ask<Mark[]>('labels.marks', { labelling, samples: [0] });
    });
  /** What the screen shows at places of the canvas, given in its own pixels. */
  const shownAt = (places: number[][]): Promise<number[][]> =>
    id('object-picture').evaluate((canvas: HTMLCanvasElement, places) => {
      const pen = canvas.getContext('2d')!;
      return places.map(([x, y]) => [...pen.getImageData(x, y, 1, 1).data.slice(0, 2)]);
    }, places);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-objects-'));
    mkdirSync(join(folder, 'set'));
    const pixels = Buffer.alloc(width * height * 3);
    for (let i = 0; i < width * height; i++) pixels.set([i % width, Math.floor(i / width), 128], i * 3);
    const picture = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const images = [0, 1].map((i) => ({ id: i, file_name: `${i}.png`, width, height }));
    for (const { file_name: name } of images) writeFileSync(join(folder, 'set', name), picture);
    const boxes = [
      [30, 20, 60, 40],
      [150, 90, 0, 10],
    ];
    const annotations = boxes.flatMap((bbox, i) =>
      images.map((image) => ({ id: 2 * i + image.id, image_id: image.id, category_id: 1, bbox })),
    );
    const categories = ['cell', 'platelet'].map((name, i) => ({ id: i + 1, name }));
    writeFileSync(join(folder, 'set', 'annotations.json'), JSON.stringify({ images, annotations, categories }));
    await launch();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are shown where they lie, a bad one by its word', async () => {
    await studio.drop([join(folder, 'set')]);
    await id('import-confirm').click();
    await id('image-grid').waitFor({ timeout: 60_000 });
    await id('data-label').click();
    await exact();
    expect(await id('object-row').count()).toBe(2);
    expect(await id('object-wrong').allInnerTexts()).toEqual([expect.stringContaining('no area')]);
    expect((await marks()).map(({ shape }) => 'box' in shape && shape.box)).toEqual([
      [30, 20, 60, 40],
      [150, 90, 0, 10],
    ]);
  });

  it('leave the palette and the settings as they are elsewhere', async () => {
    await studio.page.keyboard.press('Control+k');
    await id('palette').getByRole('option').first().waitFor();
    await studio.page.keyboard.press('Escape');
    await id('rail-settings').click();
    await id('notify-training').waitFor();
    await id('rail-label').click();
    await exact();
    expect(problems).toEqual([]);
  });

  it('land within a pixel of the mouse, at every zoom and pixel ratio', async () => {
    const { page } = studio;
    await page.keyboard.press('b');
    // The picture alone tells where things are.
    await page.keyboard.press('Shift+h');
    const zoomPage = (ratio: number) =>
      studio.app.evaluate(({ BrowserWindow }, ratio) => {
        const [{ webContents }] = BrowserWindow.getAllWindows();
        webContents.setZoomFactor(ratio);
      }, ratio);
    await studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setSize(1500, 960));
    const expected: number[][] = [];
    /** Where the image is shown smaller than it is, a pixel of the screen is several of its. */
    const pixel: number[] = [];
    const shares = [0.1, 0.23, 0.41, 0.6, 0.85];
    for (const [ratio, zooms] of [
      [1, [0, 3]],
      [1.25, [-6, 1]],
      [2, [-3, 8]],
    ] as const) {
      await zoomPage(ratio);
      await expect.poll(() => page.evaluate(() => window.devicePixelRatio)).toBe(ratio);
      for (const zoom of zooms) {
        await page.keyboard.press('z');
        for (let i = 0; i < Math.abs(zoom); i++) await page.keyboard.press(zoom > 0 ? '=' : '-');
        await page.waitForTimeout(150);
        await exact();
        const [scale, left, top] = (await id('object-picture').getAttribute('data-view'))!.split(' ').map(Number);
        const box = await id('object-picture').evaluate((canvas: HTMLCanvasElement) => {
          const { x, y, width: across } = canvas.getBoundingClientRect();
          return { x, y, width: canvas.width, height: canvas.height, ratio: canvas.width / across };
        });
        // The canvas has a pixel for each of the screen's.
        expect(box.ratio).toBeCloseTo(ratio, 2);
        const area = {
          left: Math.max(2, left + 2),
          top: Math.max(2, top + 2),
          right: Math.min(box.width - 2, left + width * scale - 2),
          bottom: Math.min(box.height - 2, top + height * scale - 2),
        };
        for (let n = 0; n < 17; n++) {
          const at = (i: number): number[] => [
            Math.floor(area.left + shares[(n + i) % 5] * (area.right - area.left)),
            Math.floor(area.top + shares[(2 * n + i + (n > 4 ? 1 : 0)) % 5] * (area.bottom - area.top)),
          ];
          const ends = [at(0), at(1 + (n % 4))];
          const told = await shownAt(ends);
          const [from, to] = ends.map(([x, y]) => [box.x + (x + 0.5) / box.ratio, box.y + (y + 0.5) / box.ratio]);
          await page.mouse.move(from[0], from[1]);
          await page.mouse.down();
          await page.mouse.move(to[0], to[1]);
          await page.mouse.up();
          const [x, y] = [0, 1].map((k) => told.map((one) => one[k] + 0.5).sort((a, b) => a - b));
          // Half a pixel goes to rounding.
          pixel.push(scale >= 1 ? 1 : 1 / scale + 0.5);
          expected.push([x[0], y[0], x[1], y[1]]);
        }
      }
    }
    await zoomPage(1);
    await id('label-saved').locator('[data-saved]', { hasText: 'All saved' }).waitFor();
    expect(expected.length).toBeGreaterThanOrEqual(100);
    const drawn = (await marks()).slice(2).map(({ shape }) => ('box' in shape ? shape.box : [0, 0, 0, 0]));
    expect(drawn).toHaveLength(expected.length);
    drawn.forEach(([x, y, across, down], i) => {
      const off = [x, y, x + across, y + down].map((edge, k) => Math.abs(edge - expected[i][k]));
      expect(Math.max(...off)).toBeLessThanOrEqual(pixel[i]);
    });
  });

  it('are undone, moved by keys, and there after a restart', async () => {
    const { page } = studio;
    const count = (await marks()).length;
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await marks()).length).toBe(count - 1);
    await page.keyboard.press('Shift+h');
    await page.keyboard.press('z');
    await page.keyboard.press('q');
    await id('object-row').first().getByRole('button').first().click();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Alt+ArrowRight');
    await page.keyboard.press('2');
    await id('label-saved').locator('[data-saved]', { hasText: 'All saved' }).waitFor();
    const moved = { class: 2, shape: { type: 'box', box: [31, 30, 61, 40] } };
    await expect.poll(async () => (await marks())[0]).toMatchObject(moved);
    await exact();
    await studio.shot('label-objects');
    await studio.close();
    await launch();
    await id('rail-label').click();
    await exact();
    expect((await marks())[0]).toMatchObject(moved);
    expect(await marks()).toHaveLength(count - 1);
    expect(problems).toEqual([]);
  });

  it('are drawn by keys alone: a box, a polygon, a mask, keypoints', async () => {
    const { page } = studio;
    const before = (await marks()).length;
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('z', 'b', 'j');
    await id('object-pointer-at')
      .getByText(`${width / 2}, ${height / 2}`)
      .waitFor();
    expect(await id('object-canvas').evaluate((canvas) => canvas === document.activeElement)).toBe(true);
    await press('Space', 'Shift+ArrowRight', 'ArrowRight', 'Shift+ArrowDown', 'Space');
    await press('p', 'Space', 'Shift+ArrowLeft', 'Space', 'Shift+ArrowDown', 'Space', 'Enter');
    await press('d', 'Space', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Space');
    await studio.shot('label-drawn-by-keys');
    await press('k', 'Space', 'Shift+ArrowUp', 'Shift+Space', 'Enter');
    await expect.poll(async () => (await marks()).length).toBe(before + 4);
    const [box, polygon, mask, points] = (await marks()).slice(before).map(({ shape }) => shape);
    expect(box).toEqual({ type: 'box', box: [120, 100, 11, 10] });
    expect(polygon).toMatchObject({ type: 'polygon', polygons: [[131, 110, 121, 110, 121, 120]] });
    expect(mask).toMatchObject({ type: 'mask', box: [89, 108, 44, 24] });
    expect(points).toMatchObject({ type: 'keypoints', keypoints: [101, 120, 2, 101, 110, 1] });
    await press('Escape', 'Escape', 'Escape');
    expect(await id('object-pointer-at').count()).toBe(0);
    for (let i = 0; i < 4; i++) await press('Control+z');
    await expect.poll(async () => (await marks()).length).toBe(before);
    await press('q');
    expect(problems).toEqual([]);
  });

  it('are suggested by a model’s file, each with its name, and taken all at once or by a key', async () => {
    const { page, app } = studio;
    const before = (await marks()).length;
    // Into 120 × 120 the image goes as 120 × 100, 10 rows below the edge: 20 … 60 and 30 … 50 there are 40 … 120 and 40 … 80 here.
    const output0 = turned(
      table([1, 15 * 15 + 8 * 8 + 4 * 4, 6], (put) => {
        put(3, [40, 40, 40, 20, 0.95, 0]);
        put(4, [90, 80, 20, 20, 0, 0.6]);
      }),
    );
    const metadata = { names: "{0: 'platelet', 1: 'cell'}" };
    const model = detector({ shape: [1, 3, 120, 120], outputs: { output0 }, metadata, name: 'cells-yolo', folder });
    const choosing = (paths: string[]) =>
      app.evaluate(({ dialog }, filePaths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths });
      }, paths);
    await choosing([model]);
    await id('label-suggest').click();
    await id('label-suggest-model').click();
    await id('label-model-classes').waitFor();
    expect(await id('label-model-classes').inputValue()).toBe('platelet\ncell');
    await id('label-model-all').check();
    await studio.shot('label-model');
    await id('label-model-confirm').click();
    await expect.poll(async () => (await marks()).length).toBe(before + 2);
    const [sure, other] = (await marks()).slice(before);
    const from = { suggested: true, by: 'file:cells-yolo.onnx' };
    expect(sure).toMatchObject({ ...from, class: 2, confidence: 0.95, shape: { box: [40, 40, 80, 40] } });
    expect(other).toMatchObject({ ...from, class: 1, confidence: 0.6, shape: { box: [160, 120, 40, 40] } });
    // The last of them: the list shows no more rows than there is room for.
    await page.keyboard.press('[');
    await id('object-list').getByText('60 % · suggested by cells-yolo.onnx').waitFor();

    await id('label-suggest').click();
    await id('label-suggest-accept').click();
    await id('label-accept-count').getByText('2 boxes on 2 pictures become labels').waitFor();
    await studio.shot('label-accept-marks');
    await id('label-accept-confirm').click();
    await expect.poll(async () => (await marks())[before]).toMatchObject({ suggested: false });
    expect((await marks())[before + 1]).toMatchObject({ suggested: true });
    await id('object-canvas').focus();
    await page.keyboard.press('r');
    await expect.poll(async () => (await marks()).length).toBe(before + 1);

    // Half as large an image goes in: a click means what is less than 7 pixels away.
    await choosing(clickPair(120, { width: 120, height: 100 }, { folder }));
    await page.keyboard.press('w');
    await id('object-click-state').getByText('Click what is meant').waitFor();
    await page.keyboard.press('z');
    await exact();
    const [scale, left, top] = (await id('object-picture').getAttribute('data-view'))!.split(' ').map(Number);
    const canvas = (await id('object-canvas').boundingBox())!;
    const ratio = await page.evaluate(() => window.devicePixelRatio);
    const click = (x: number, y: number) =>
      page.mouse.click(canvas.x + (left + x * scale) / ratio, canvas.y + (top + y * scale) / ratio);
    await click(200, 40);
    await expect.poll(() => id('object-click-state').innerText()).toContain('keeps the mask');
    await studio.shot('label-click');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await marks()).length).toBe(before + 2);
    const [mask] = (await marks()).slice(-1);
    const [x, y, across, down] = 'box' in mask.shape ? mask.shape.box : [0, 0, 0, 0];
    expect(mask.shape.type).toBe('mask');
    for (const [is, meant] of [
      [x + across / 2, 200],
      [y + down / 2, 40],
      [across, 14],
      [down, 14],
    ])
      expect(Math.abs(is - meant)).toBeLessThanOrEqual(1.5);
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await marks()).length).toBe(before + 1);
    expect(problems).toEqual([]);
  });
});
