import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  RETRY_AFTER_MS,
  download,
  downloadError,
  electronAtHand,
  electronEnv,
  shouldDownload,
  wantedVersion,
} from '../../scripts/setup/electron.mjs';
import { fallbackExistsFor, fallbackIsReady, undoPackaging } from '../../scripts/setup/fallback-runtime.mjs';

let folder: string;
const at = (...names: string[]): string => path.join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-electron-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('whether to try the download', () => {
  const now = 1_000_000_000_000;
  const failure = { version: '45.0.0', failedAt: now - 1000 };
  const base = { atHand: { kind: 'fallback' }, failure, version: '45.0.0', now };

  it.each([
    ['never tried', { ...base, failure: null }, true],
    ['the last one succeeded', { ...base, failure: {} }, true],
    ['failed a moment ago', base, false],
    ['failed a moment ago, nothing at hand', { ...base, atHand: null }, false],
    ['failed long ago', { ...base, failure: { ...failure, failedAt: now - RETRY_AFTER_MS - 1 } }, true],
    ['failed for another version', { ...base, version: '46.0.0' }, true],
    ['failed in the future, by a clock set back', { ...base, failure: { ...failure, failedAt: now + 5000 } }, true],
    ['failed a moment ago, but asked for', { ...base, asked: true }, true],
    ['there already', { ...base, atHand: { kind: 'own' }, asked: true }, false],
    ['given by the person', { ...base, atHand: { kind: 'given' }, failure: null }, false],
  ])('%s', (_, state, expected) => expect(shouldDownload(state)).toBe(expected));
});

describe('the download', () => {
  const record = (): string => at('download.json');
  const tryWith = (script: string, limitMs?: number): Promise<{ places: string[]; reason: string } | null> => {
    writeFileSync(at('install.cjs'), script);
    return download({ installer: at('install.cjs'), record: record(), limitMs });
  };

  it('names the address that could not be reached, and remembers the failure', async () => {
    const failure = await tryWith(`
      console.error('@electron/get:index Downloading https://releases.example/v45/electron.zip to /tmp/x with options: undefined');
      console.error('TypeError: fetch failed');
      process.exit(1);`);
    expect(failure).toMatchObject({
      places: ['https://releases.example/v45/electron.zip'],
      reason: 'TypeError: fetch failed',
      version: wantedVersion(),
    });
    expect(JSON.parse(readFileSync(record(), 'utf8'))).toEqual(failure);
    expect(downloadError(failure).message).toContain('https://releases.example/v45/electron.zip');
  });

  it('gives up on one that never ends', async () => {
    const failure = await tryWith('setInterval(() => {}, 1000);', 300);
    expect(failure?.reason).toMatch(/no end after/);
  });

  it('forgets an older failure when it succeeds', async () => {
    writeFileSync(record(), '{"version":"1"}');
    expect(await tryWith('process.exit(0);')).toBeNull();
    expect(JSON.parse(readFileSync(record(), 'utf8'))).toEqual({});
  });

  it('is not led astray by an override that is set for us', async () => {
    process.env.ELECTRON_OVERRIDE_DIST_PATH = '/nowhere';
    try {
      expect(await tryWith(`process.exit('ELECTRON_OVERRIDE_DIST_PATH' in process.env ? 1 : 0);`)).toBeNull();
    } finally {
      delete process.env.ELECTRON_OVERRIDE_DIST_PATH;
    }
  });
});

describe('the runtime at hand', () => {
  it('is the one the person names', () => {
    writeFileSync(at('version'), '44.0.0\n');
    const runtime = electronAtHand({ ELECTRON_OVERRIDE_DIST_PATH: folder });
    expect(runtime).toMatchObject({ kind: 'given', version: '44.0.0', dist: folder });
    expect(electronEnv(runtime)).toEqual({ ELECTRON_OVERRIDE_DIST_PATH: folder });
  });

  it('needs no override when it is the own download', () => {
    expect(electronEnv({ kind: 'own', dist: '/x' })).toEqual({});
  });
});

describe('the fallback runtime', () => {
  it('is for Linux x64 alone', () => {
    expect(fallbackExistsFor('linux-x64')).toBe(true);
    for (const other of ['linux-arm64', 'darwin-arm64', 'win32-x64']) expect(fallbackExistsFor(other)).toBe(false);
  });

  it('is not taken for ready without its stamp, as a cut set-up leaves it', () => {
    writeFileSync(at('electron'), '');
    expect(fallbackIsReady(folder)).toBe(false);
    writeFileSync(at('atelier-runtime.json'), '{"recipe":0}');
    expect(fallbackIsReady(folder)).toBe(false);
  });

  it('is freed of the app it came in', () => {
    mkdirSync(at('resources/app'), { recursive: true });
    for (const name of [
      'Cypress',
      'LICENSE.electron.txt',
      'browser_v8_context_snapshot.bin',
      'v8_context_snapshot.bin',
      'resources/app/x.js',
    ]) {
      writeFileSync(at(name), '');
    }
    undoPackaging(folder);
    expect(readdirSync(folder).sort()).toEqual([
      'LICENSE',
      'electron',
      'resources',
      'v8_context_snapshot.bin',
      'version',
    ]);
    expect(existsSync(at('resources/app'))).toBe(false);
  });
});
