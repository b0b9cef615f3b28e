import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import type { ThirdParty } from '../../src-main/shared/third-party.ts';
import { findPackages, keepPackages, writeThirdParty } from '../../scripts/setup/third-party.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const built = path.join(root, '.vite/build/third-party.json');

/** Every package that a module of src-main or src-renderer imports, save types and what comes with Node, Electron or Vite. */
function imported(): Set<string> {
  const found = new Set<string>();
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (statSync(file).isDirectory()) {
        if (name !== 'messages') visit(file);
      } else if (/\.(ts|svelte|css)$/.test(name)) {
        for (const [, from] of readFileSync(file, 'utf8').matchAll(
          /^\s*(?:import (?!type)[^;]*?from |import |@import )['"]([^.'"][^'"]*)['"]/gm,
        )) {
          found.add(/^(@[^/]+\/)?[^/]+/.exec(from)![0]);
        }
      }
    }
  };
  for (const folder of ['src-main', 'src-renderer']) visit(path.join(root, folder));
  return new Set([...found].filter((name) => existsSync(path.join(root, 'node_modules', name, 'package.json'))));
}

describe('the notices of what Atelier is made of', () => {
  let folder: string;
  let works: ThirdParty[];
  const named = (name: string): ThirdParty | undefined => works.find((work) => work.name === name);

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-notices-'));
    // A real bundle of what reads sounds: the packages under the LGPL are two steps away from what is imported.
    const found = new Set<string>();
    await build({
      configFile: false,
      logLevel: 'silent',
      plugins: [findPackages(found)],
      build: {
        ssr: true,
        write: false,
        rollupOptions: { input: path.join(root, 'src-main/datasets/audio/compressed.ts') },
      },
      ssr: { noExternal: true, target: 'node' },
    });
    keepPackages(folder, 'main', found);
    writeThirdParty(folder);
    works = JSON.parse(readFileSync(path.join(folder, 'build/third-party.json'), 'utf8')) as ThirdParty[];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('name what is bundled, however far down, and what lies compiled inside of it', () => {
    expect(named('codec-parser')).toMatchObject({ licence: 'LGPL-3.0-or-later', inside: null });
    expect(named('codec-parser')!.text).toMatch(/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/);
    // The Lesser GPL of version 3 is the GPL with additions: both belong to it.
    expect(named('codec-parser')!.text).toMatch(/GNU GENERAL PUBLIC LICENSE\s+Version 3/);
    expect(named('mpg123')).toMatchObject({ licence: 'LGPL-2.1-only', inside: 'mpg123-decoder' });
    expect(named('mpg123')!.text).toMatch(/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1/);
    expect(named('libFLAC')).toMatchObject({ licence: 'BSD-3-Clause', inside: '@wasm-audio-decoders/flac' });
  });

  it('name what lies beside the bundles, with theirs', () => {
    for (const name of ['sharp', 'better-sqlite3', 'SQLite', 'onnxruntime-node', '@duckdb/node-bindings']) {
      expect(named(name), name).toBeDefined();
    }
    expect(works.some(({ name }) => name.startsWith('@duckdb/node-bindings-'))).toBe(true);
  });

  it('give the whole text of each, once, in the file for people too', () => {
    const text = readFileSync(path.join(folder, 'build/THIRD-PARTY-LICENCES.txt'), 'utf8');
    for (const work of works) {
      expect(work.text.length, work.name).toBeGreaterThan(200);
      expect(work.licence, work.name).not.toBe('UNKNOWN');
      expect(text).toContain(work.text);
    }
    expect(new Set(works.map(({ name, version }) => `${name} ${version}`)).size).toBe(works.length);
  });

  it.skipIf(!existsSync(built))('of the build at hand name every package that the source imports', () => {
    const all = new Set((JSON.parse(readFileSync(built, 'utf8')) as ThirdParty[]).map(({ name }) => name));
    // Electron brings its own notices along, and Chromium's.
    expect([...imported()].filter((name) => !all.has(name) && name !== 'electron')).toEqual([]);
  });
});
