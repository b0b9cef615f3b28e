import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { brokenTextRules } from './text-rules.ts';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * A tree of tiny files. Each has one import that a rule of .dependency-cruiser.mjs forbids, or (`null`) one that is allowed.
 * The same configuration runs on it: what it does not find here it would not find in the sources either.
 */
const IMPORTS: [file: string, imports: string, rule: string | null][] = [
  ['src-main/shared/a.ts', 'valibot', null],
  ['src-main/shared/b.ts', '../onnx/a.ts', 'shared-folders'],
  ['src-main/shared/c.ts', 'commander', 'shared-packages'],
  ['src-main/shared/d.ts', 'node:fs', 'shared-core'],
  ['src-main/onnx/a.ts', '../shared/a.ts', null],
  ['src-main/onnx/b.ts', '../autodiff/a.ts', 'onnx-folders'],
  ['src-main/onnx/c.ts', 'valibot', 'onnx-packages'],
  ['src-main/onnx/d.ts', 'node:fs', 'onnx-core'],
  ['src-main/autodiff/a.ts', '../onnx/a.ts', null],
  ['src-main/autodiff/b.ts', '../architectures/a.ts', 'autodiff-folders'],
  ['src-main/autodiff/c.ts', 'valibot', 'autodiff-packages'],
  ['src-main/autodiff/d.ts', 'node:path', 'autodiff-core'],
  ['src-main/architectures/a.ts', '../onnx/a.ts', null],
  ['src-main/architectures/b.ts', '../datasets/a.ts', 'architectures-folders'],
  ['src-main/architectures/c.ts', 'sharp', 'architectures-packages'],
  ['src-main/architectures/d.ts', 'node:os', 'architectures-core'],
  ['src-main/linear-algebra/a.ts', './b.ts', null],
  ['src-main/linear-algebra/b.ts', '../shared/a.ts', 'linear-algebra-folders'],
  ['src-main/linear-algebra/c.ts', 'valibot', 'linear-algebra-packages'],
  ['src-main/linear-algebra/d.ts', 'node:fs', 'linear-algebra-core'],
  ['src-main/search/a.ts', '../linear-algebra/a.ts', null],
  ['src-main/search/b.ts', '../db/a.ts', 'search-folders'],
  ['src-main/search/c.ts', 'valibot', 'search-packages'],
  ['src-main/search/d.ts', 'node:crypto', 'search-core'],
  ['src-main/evaluation/a.ts', '../shared/a.ts', null],
  ['src-main/evaluation/b.ts', '../onnx/a.ts', 'evaluation-folders'],
  ['src-main/evaluation/c.ts', 'valibot', 'evaluation-packages'],
  ['src-main/evaluation/d.ts', 'node:fs', 'evaluation-core'],
  ['src-main/tokenizers/a.ts', '@huggingface/tokenizers', null],
  ['src-main/tokenizers/b.ts', '../datasets/a.ts', 'tokenizers-folders'],
  ['src-main/tokenizers/c.ts', 'valibot', 'tokenizers-packages'],
  ['src-main/tokenizers/d.ts', 'node:fs', 'tokenizers-core'],
  ['src-main/datasets/a.ts', '../onnx/a.ts', null],
  ['src-main/datasets/b.ts', '../autodiff/a.ts', 'datasets-folders'],
  ['src-main/datasets/c.ts', 'valibot', 'datasets-packages'],
  ['src-main/datasets/d.ts', 'sharp', null],
  ['src-main/datasets/e.ts', '@duckdb/node-api', null],
  ['src-main/export/a.ts', '../datasets/a.ts', null],
  ['src-main/export/b.ts', '../db/a.ts', 'export-folders'],
  ['src-main/export/c.ts', 'sharp', 'export-packages'],
  ['src-main/db/a.ts', 'better-sqlite3', null],
  ['src-main/db/b.ts', '../jobs/a.ts', 'db-folders'],
  ['src-main/db/c.ts', 'electron', 'db-packages'],
  ['src-main/runtime/a.ts', 'onnxruntime-node', null],
  ['src-main/runtime/b.ts', '../autodiff/a.ts', 'runtime-folders'],
  ['src-main/runtime/c.ts', 'sharp', 'runtime-packages'],
  ['src-main/jobs/a.ts', '../db/a.ts', null],
  ['src-main/jobs/b.ts', '../utility/train.ts', 'jobs-folders'],
  ['src-main/jobs/c.ts', 'electron', 'jobs-packages'],
  ['src-main/ipc/a.ts', '../jobs/a.ts', null],
  ['src-main/ipc/b.ts', '../runtime/a.ts', 'ipc-folders'],
  ['src-main/ipc/c.ts', 'commander', 'ipc-packages'],
  ['src-main/utility/train.ts', '../runtime/a.ts', null],
  ['src-main/utility/b.ts', '../db/a.ts', 'utility-folders'],
  ['src-main/utility/integrity.ts', '../db/a.ts', 'integrity-alone'],
  ['src-main/db/quick-check.ts', './a.ts', 'quick-check-alone'],
  ['src-main/main.ts', './ipc/a.ts', null],
  ['src-main/cli.ts', './jobs/a.ts', null],
  ['src-main/cli/b.ts', '../runtime/a.ts', 'roots-folders'],
  ['src-main/window/b.ts', '../utility/train.ts', 'roots-folders'],
  ['src-main/window/c.ts', '../main.ts', 'roots-are-not-imported'],
  ['src-main/window/d.ts', 'better-sqlite3', 'only-db-sqlite'],
  ['src-main/window/e.ts', 'onnxruntime-node', 'only-runtime-onnxruntime'],
  ['src-main/window/f.ts', './not-there.ts', 'resolves'],
  ['src-main/preload.ts', '../src-main/jobs/a.ts', 'preload-folders'],
  ['src-renderer/a.ts', '../src-main/shared/a.ts', null],
  ['src-renderer/b.ts', '../src-main/jobs/a.ts', 'renderer-folders'],
  ['src-renderer/c.ts', 'node:fs', 'renderer-core'],
  ['src-renderer/d.ts', 'electron', 'renderer-packages'],
  ['src-renderer/features/data/a.ts', './b.ts', null],
  ['src-renderer/features/data/b.ts', '../../a.ts', null],
  ['src-renderer/features/data/c.ts', '../runs/a.ts', 'features-apart'],
  ['src-renderer/features/runs/a.ts', '../../a.ts', null],
  ['src-renderer/ui/a.ts', '../features/data/a.ts', 'base-components'],
  ['src-main/shared/e.ts', './f.ts', 'no-cycles'],
  ['src-main/shared/f.ts', './e.ts', null], // the other half; a cycle is told once
];

interface Violation {
  from: string;
  rule: { name: string };
}

const tree = mkdtempSync(path.join(os.tmpdir(), 'atelier-layers-'));
afterAll(() => rmSync(tree, { recursive: true, force: true }));

function plant(): void {
  for (const [file, imports] of IMPORTS) {
    mkdirSync(path.join(tree, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(tree, file), `import type * as it from '${imports}';\nexport type It = typeof it;\n`);
  }
  for (const name of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json'])
    cpSync(path.join(root, name), path.join(tree, name));
  symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'), 'junction');
}

function cruise(folder: string): Promise<Violation[]> {
  const command = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const words = [command, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src-main', 'src-renderer'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { cwd: folder, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      try {
        resolve((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
      } catch {
        reject(new Error(stderr || error?.message || 'no output'));
      }
    });
  });
}

describe('the import rules', () => {
  it('find each forbidden import, and nothing in the allowed ones', async () => {
    plant();
    const found = (await cruise(tree)).map(({ from, rule }) => `${from}: ${rule.name}`);
    const wanted = IMPORTS.flatMap(([file, , rule]) => (rule ? [`${file}: ${rule}`] : []));
    expect(found.sort()).toEqual(wanted.sort());
  });
});

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (name === 'src-main/shared/messages') continue;
    if (entry.isDirectory()) yield* sources(name);
    else if (/\.(ts|svelte)$/.test(name)) yield name;
  }
}

describe('the doors between page and main process', () => {
  it('are used by one file each', () => {
    const broken = [...sources('src-main'), ...sources('src-renderer')].flatMap((file) =>
      brokenTextRules(file, readFileSync(path.join(root, file), 'utf8')).map((rule) => `${file}: ${rule}`),
    );
    expect(broken).toEqual([]);
  });

  it('are watched: a second file that uses one is found', () => {
    expect(
      brokenTextRules('src-main/jobs/x.ts', `import { ipcMain } from 'electron';\nipcMain.handle('x', f);`),
    ).toHaveLength(1);
    expect(brokenTextRules('src-main/ipc/handle.ts', `ipcMain.handle('x', f);`)).toEqual([]);
    expect(brokenTextRules('src-renderer/ui/X.svelte', '<script>window.studio.call()</script>')).toHaveLength(1);
    expect(brokenTextRules('src-renderer/ui/x.ts', `globalThis['studio']`)).toHaveLength(1);
    expect(brokenTextRules('src-renderer/bridge/studio.ts', 'window.studio')).toEqual([]);
    expect(brokenTextRules('src-renderer/ui/x.ts', '// never window.studio here')).toEqual([]);
  });
});
