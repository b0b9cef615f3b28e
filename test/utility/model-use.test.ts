import { execFile } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { programs } from '../../src-main/export/programs/index.ts';
import type { ModelUse, ProgramLanguage } from '../../src-main/shared/model-use.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import { exportRun } from '../../src-main/utility/work/export-run.ts';
import { modelUse } from '../../src-main/utility/work/model-use.ts';
import { predictFiles } from '../../src-main/utility/work/predict-files.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { csvText, mixedTable } from '../support/data-table.ts';
import { reviewVersion } from '../support/data-texts.ts';
import { recipeOf } from '../support/recipes.ts';
import { barsVersion, hereContext, trainHere, trainSettings, type Trained } from '../support/train-here.ts';

const run = promisify(execFile);
const packages = resolve(import.meta.dirname, '../../node_modules');

async function used(trained: Trained, folder: { path: string }, file = 'model.onnx'): Promise<ModelUse> {
  const out = join(folder.path, file);
  await exportRun({ ...trained, out, metadata: {} }, hereContext());
  return modelUse({ path: out, fileName: file, blobs: trained.blobs, manifest: trained.manifest });
}

const textOf = (use: Pick<ModelUse, 'programs'>, language: ProgramLanguage): string | undefined =>
  use.programs.find((program) => program.language === language)?.text;

/** What the JavaScript program prints, saved beside the file and run by Node as people would. */
async function printed(use: ModelUse, folder: string): Promise<string[]> {
  writeFileSync(join(folder, 'predict.mjs'), textOf(use, 'javascript')!);
  symlinkSync(packages, join(folder, 'node_modules'), 'dir');
  const { stdout } = await run(process.execPath, ['predict.mjs'], { cwd: folder });
  return stdout.trim().split('\n');
}

async function predicted(trained: Trained, paths: string[], texts?: string[]) {
  const params = { blobs: trained.blobs, model: trained, paths, texts, threads: 1 };
  return (await predictFiles(params, hereContext())).predictions;
}

describe('a program that uses an exported file', () => {
  it.each(['label', 'amount'])(
    'gives the first row of a table, whose "%s" it tells as the run does',
    async (target) => {
      const folder = await dataFolder();
      await writeFiles(folder.path, { 'mixed.csv': csvText(mixedTable(200)) });
      const { manifest } = await importFrom(folder, ['mixed.csv'], { target });
      const trained = await trainHere(folder, manifest, trainSettings('mlp', { epochs: 2 }, { hidden: '8' }));
      const use = await used(trained, folder);
      const features = manifest.columns.filter(({ role }) => role === 'feature').map(({ name }) => name);
      expect(use.inputs.map(({ name }) => name).sort()).toEqual(features.sort());
      expect(use.rate).toBeNull();

      const [first] = await predicted(trained, [join(folder.path, 'mixed.csv')]);
      const lines = await printed(use, folder.path);
      if (target === 'amount') {
        expect(Number(lines[0]) / first.value!).toBeCloseTo(1, 5);
        return;
      }
      expect(use.classes).toEqual(manifest.classes.map(({ name }) => name));
      expect(lines[0]).toBe(first.label);
      expect(lines.slice(1)).toEqual(use.classes.map((name) => `${name} ${first.probabilities![name].toFixed(3)}`));
      // Both others feed the same names.
      for (const { name } of use.inputs) {
        for (const language of ['python', 'csharp'] as const) {
          expect(textOf(use, language)).toContain(JSON.stringify(name));
        }
      }
    },
  );

  it('gives rows as they were imported to a file with a recipe inside, numbers as doubles', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'mixed.csv': csvText(mixedTable(200)) });
    const imported = await importFrom(folder, ['mixed.csv'], { target: 'label' });
    const recipe = recipeOf(['fill'], ['standard']);
    const { manifest } = await reviseDataset({ blobs: folder.blobs, manifest: imported.manifest, recipe });
    const trained = await trainHere(folder, manifest, trainSettings('mlp', { epochs: 2 }, { hidden: '8' }));
    const use = await used(trained, folder);
    expect(use.inputs.find(({ name }) => name === 'amount')).toEqual({
      name: 'amount',
      type: 'double',
      shape: ['batch', 1],
    });
    expect(textOf(use, 'javascript')).toContain('"amount": new ort.Tensor("float64", [');
    const [first] = await predicted(trained, [join(folder.path, 'mixed.csv')]);
    expect((await printed(use, folder.path))[0]).toBe(first.label);
  });

  it('reads a picture as it was read at import', async () => {
    const folder = await dataFolder();
    const trained = await trainHere(
      folder,
      await barsVersion(folder.blobs),
      trainSettings('cnn', { epochs: 8 }, { channels: '4', hidden: '16' }),
    );
    const use = await used(trained, folder);
    // Wider than high, and coloured: it is put into the square whole.
    const pixels = Uint8Array.from({ length: 20 * 10 * 3 }, (_, i) => ((i / 3) % 20 === 6 ? 240 : 15));
    const raw = { width: 20, height: 10, channels: 3 } as const;
    const picture = join(folder.path, 'picture.png');
    await sharp(pixels, { raw }).png().toFile(picture);
    const [said] = await predicted(trained, [picture]);
    const lines = await printed(use, folder.path);
    expect(lines[0]).toBe(said.label);
    lines.slice(1).forEach((line) => {
      const [name, probability] = line.split(' ');
      expect(Number(probability)).toBeCloseTo(said.probabilities![name], 1);
    });
  });

  it('gives a text, where the file reads texts, and tokens only where a library makes them', async () => {
    const { folder, manifest, reviews } = await reviewVersion(60);
    const own = { embedding: 8, kernels: '1', filters: 8, vocabulary: 300 };
    const settings = trainSettings('textcnn', { epochs: 2 }, { ...own, tokenizer: 'word' });
    const use = await used(await trainHere(folder, manifest, settings), folder);
    expect(textOf(use, 'javascript')).toContain(JSON.stringify(reviews[0].text));
    expect(use.classes).toContain((await printed(use, folder.path))[0]);

    const pairs = trainSettings('textcnn', { epochs: 2 }, { ...own, tokenizer: 'byte-pair' });
    const tokens = await used(await trainHere(folder, manifest, pairs, 'pairs'), folder, 'pairs.onnx');
    expect(tokens.programs.map(({ language }) => language)).toEqual(['python', 'shell']);
    expect(textOf(tokens, 'python')).toContain('Tokenizer.from_file("pairs.tokenizer.json")');
  });

  it('is none for a file that is another one by now', async () => {
    const { folder, manifest } = await reviewVersion(30);
    const path = join(folder.path, 'gone.onnx');
    const question = { path, fileName: 'gone.onnx', blobs: folder.blobs, manifest };
    expect((await failure(modelUse(question))).code).toBe('model_unreadable');
    writeFileSync(path, 'not a model');
    expect((await failure(modelUse(question))).code).toBe('invalid_model');
  });
});

describe('programs', () => {
  const facts = {
    file: 'it.onnx',
    task: 'generation',
    given: { kind: 'noise', size: 16 },
    inputs: [{ name: 'latent', type: 'float', shape: ['batch', 16] }],
    outputs: [{ name: 'image', type: 'uint8', shape: ['batch', 28, 28, 1] }],
    classes: [],
  } as const;

  it('of a generator make a picture, and have no command', () => {
    const made = programs(facts);
    expect(made.map(({ language }) => language)).toEqual(['python', 'javascript', 'csharp']);
    expect(textOf({ programs: made }, 'python')).toContain('np.random.standard_normal((1, 16))');
    expect(textOf({ programs: made }, 'csharp')).toContain('Image.LoadPixelData<L8>(pixels, 28, 28)');
  });

  it('write names and cells so that every language reads them as they are', () => {
    const name = 'it\'s "a" \\ name';
    const [python, javascript, csharp, shell] = programs({
      ...facts,
      file: "Ann's model.onnx",
      task: 'regression',
      given: { kind: 'cells', cells: ['5 "', null, 0.25] },
      inputs: [
        { name, type: 'string', shape: ['batch', 1] },
        { name: 'gap', type: 'double', shape: ['batch', 1] },
        { name: 'share', type: 'float', shape: ['batch', 1] },
      ],
      outputs: [{ name: 'value', type: 'float', shape: ['batch'] }],
    });
    const quoted = '"it\'s \\"a\\" \\\\ name"';
    expect(python.text).toContain(`${quoted}: np.array(["5 \\""], object).reshape(-1, 1),`);
    expect(python.text).toContain('"gap": np.array([np.nan], np.float64).reshape(-1, 1),');
    expect(javascript.text).toContain(`${quoted}: new ort.Tensor("string", ["5 \\""], [1, 1]),`);
    expect(javascript.text).toContain('"gap": new ort.Tensor("float64", [NaN], [1, 1]),');
    expect(csharp.text).toContain('"gap", new DenseTensor<double>(new double[] { double.NaN }, new[] { 1, 1 })');
    expect(csharp.text).toContain('"share", new DenseTensor<float>(new float[] { 0.25f }, new[] { 1, 1 })');
    expect(shell.text).toBe(`atelier predict 'Ann'\\''s model.onnx' new-rows.csv\n`);
  });

  it('of a language model open its folder by the libraries that know its layout', () => {
    const outputs = [{ name: 'logits', type: 'float', shape: ['batch', 'tokens', 300] }];
    const given = { kind: 'prompt', text: 'To be [MASK]', mask: '[MASK]' } as const;
    const made = programs({ ...facts, file: 'bard', task: 'language', given, outputs });
    expect(made.map(({ language }) => language)).toEqual(['python', 'javascript', 'shell']);
    expect(textOf({ programs: made }, 'javascript')).toContain('pipeline("fill-mask", "bard", { dtype: "fp32" })');
    expect(textOf({ programs: made }, 'python')).toContain('ORTModelForMaskedLM.from_pretrained(folder');
  });
});
