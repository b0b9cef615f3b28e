import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf, readJson, replaceFolder, sweepBeside, writeJson, writeWhole } from '../../scripts/setup/files.mjs';
import { sweepScratch } from '../../scripts/setup/scratch.mjs';

let folder: string;
const at = (...names: string[]): string => path.join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files that are whole or absent', () => {
  it('writes in new folders and leaves nothing beside', () => {
    writeWhole(at('a/b/c.txt'), 'text');
    expect(readFileSync(at('a/b/c.txt'), 'utf8')).toBe('text');
    expect(readdirSync(at('a/b'))).toEqual(['c.txt']);
  });

  it('reads back JSON, and null from what is absent or cut short', () => {
    writeJson(at('x.json'), { a: 1 });
    expect(readJson(at('x.json'))).toEqual({ a: 1 });
    writeFileSync(at('cut.json'), '{"a":');
    expect(readJson(at('cut.json'))).toBeNull();
    expect(readJson(at('none.json'))).toBeNull();
  });

  it('puts a finished folder in place of an old one', () => {
    mkdirSync(at('final'));
    writeFileSync(at('final/old'), '');
    mkdirSync(at('final.1.partial'));
    writeFileSync(at('final.1.partial/new'), '');
    replaceFolder(at('final.1.partial'), at('final'));
    expect(readdirSync(at('final'))).toEqual(['new']);
    expect(readdirSync(folder)).toEqual(['final']);
  });

  it('puts a finished folder where there was none', () => {
    mkdirSync(at('made'));
    replaceFolder(at('made'), at('deep/final'));
    expect(existsSync(at('deep/final'))).toBe(true);
  });

  it('sweeps what cut set-ups left, and nothing else', () => {
    for (const name of ['final.7.partial', 'final.8.old', 'final', 'final.json', 'other.7.partial'])
      mkdirSync(at(name));
    sweepBeside(at('final'));
    expect(readdirSync(folder).sort()).toEqual(['final', 'final.json', 'other.7.partial']);
    sweepBeside(at('absent/final'));
  });
});

describe('the hash of the inputs', () => {
  const hash = (skip?: (file: string) => boolean): string => hashOf(folder, ['src', 'config.json', 'absent'], skip);
  beforeEach(() => {
    mkdirSync(at('src/deep'), { recursive: true });
    writeFileSync(at('src/deep/a.ts'), 'a');
    writeFileSync(at('config.json'), '{}');
  });

  it('stays when nothing changes', () => expect(hash()).toBe(hash()));

  it.each([
    ['a content', () => writeFileSync(at('src/deep/a.ts'), 'b')],
    ['a name', () => (rmSync(at('src/deep/a.ts')), writeFileSync(at('src/deep/b.ts'), 'a'))],
    ['a new file', () => writeFileSync(at('src/new.ts'), '')],
    ['a removed file', () => rmSync(at('config.json'))],
  ])('changes with %s', (_, change) => {
    const before = hash();
    change();
    expect(hash()).not.toBe(before);
  });

  it('does not look at what is skipped', () => {
    const skip = (file: string): boolean => file === at('src/generated');
    const before = hash(skip);
    mkdirSync(at('src/generated'));
    writeFileSync(at('src/generated/x'), 'x');
    expect(hash(skip)).toBe(before);
  });
});

it('removes what killed tests and benches left a day ago, and nothing else', () => {
  const days = (name: string, ago: number) => {
    const then = (Date.now() - ago * 24 * 3600 * 1000) / 1000;
    utimesSync(at(name), then, then);
  };
  for (const name of ['atelier-quality-Ab3dE6', 'atelier-import-kills-Ab3dE6', 'atelier-data-Ab3dE6', 'other-Ab3dE6']) {
    mkdirSync(at(name));
  }
  writeFileSync(at('atelier-import-kills-Ab3dE6/new'), '');
  writeFileSync(at('atelier-file-Ab3dE6'), '');
  for (const name of ['atelier-quality-Ab3dE6', 'atelier-import-kills-Ab3dE6', 'other-Ab3dE6', 'atelier-file-Ab3dE6'])
    days(name, 2);
  expect(sweepScratch(folder)).toEqual(['atelier-quality-Ab3dE6']);
  expect(readdirSync(folder).sort()).toEqual([
    'atelier-data-Ab3dE6',
    'atelier-file-Ab3dE6',
    'atelier-import-kills-Ab3dE6',
    'other-Ab3dE6',
  ]);
});
