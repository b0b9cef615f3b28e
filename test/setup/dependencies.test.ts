import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { difference } from '../../scripts/setup/dependencies.mjs';
import { missingOptional } from '../../scripts/setup/lock-file.mjs';

const lockOf = (packages: Record<string, object>): object => ({ packages: { '': {}, ...packages } });
const a = { version: '1.0.0', integrity: 'sha512-a' };

describe('whether node_modules is as the lock file says', () => {
  const linux = { platform: 'linux', arch: 'x64' };

  it.each([
    ['the same', { 'node_modules/a': a }, { 'node_modules/a': a }, null],
    [
      'another version',
      { 'node_modules/a': a },
      { 'node_modules/a': { version: '0.9.0' } },
      /a is 0\.9\.0, wanted 1\.0\.0/,
    ],
    ['another content', { 'node_modules/a': a }, { 'node_modules/a': { ...a, integrity: 'sha512-b' } }, /a is 1\.0\.0/],
    ['one missing', { 'node_modules/a': a }, {}, /a is missing/],
    ['one left over', {}, { 'node_modules/a': a }, /a is left over/],
    ['an optional one missing', { 'node_modules/a': { ...a, optional: true } }, {}, null],
    ['one for another system missing', { 'node_modules/a': { ...a, os: ['darwin'] } }, {}, null],
    ['one for every system but this missing', { 'node_modules/a': { ...a, os: ['!linux'] } }, {}, null],
    ['one for another processor missing', { 'node_modules/a': { ...a, cpu: ['arm64'] } }, {}, null],
    ['one for this system missing', { 'node_modules/a': { ...a, os: ['linux'], cpu: ['x64'] } }, {}, /a is missing/],
  ])('%s', (_, lock, installed, expected) => {
    const found = difference(lockOf(lock as Record<string, object>), { packages: installed }, linux);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatch(expected);
  });

  it('is not, when npm never came to its end', () => {
    expect(difference(lockOf({}), null, linux)).toBe('not installed');
  });
});

describe('package-lock.json', () => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../package-lock.json'), 'utf8');
  const lock = JSON.parse(text) as { packages: Record<string, { resolved?: string }> };

  it('names every optional package of other platforms, or npm ci refuses it (mend it with: node scripts/complete-lock.mjs)', () => {
    expect(Object.keys(missingOptional(lock.packages))).toEqual([]);
  });

  it('names no registry', () => {
    expect(text).not.toMatch(/"resolved": "https?:/);
  });
});

describe('completing a lock file', () => {
  const parent = {
    version: '2.0.0',
    optionalDependencies: { '@x/b-darwin-arm64': '2.0.0', '@x/b-linux-x64-musl': '2.0.0' },
  };

  it('adds what the registry did not have, for the platform its name tells', () => {
    expect(missingOptional({ '': {}, 'node_modules/b': { ...parent, dev: true } })).toEqual({
      'node_modules/@x/b-darwin-arm64': { version: '2.0.0', cpu: ['arm64'], dev: true, optional: true, os: ['darwin'] },
      'node_modules/@x/b-linux-x64-musl': {
        version: '2.0.0',
        cpu: ['x64'],
        dev: true,
        libc: ['musl'],
        optional: true,
        os: ['linux'],
      },
    });
  });

  it('finds one that lies inside its parent', () => {
    const inside = { 'node_modules/b/node_modules/@x/b-darwin-arm64': a, 'node_modules/@x/b-linux-x64-musl': a };
    expect(missingOptional({ '': {}, 'node_modules/b': parent, ...inside })).toEqual({});
  });

  it('does not guess a version', () => {
    const vague = { version: '1.0.0', optionalDependencies: { 'c-darwin-arm64': '^1.0.0' } };
    expect(() => missingOptional({ 'node_modules/c': vague })).toThrow(/c-darwin-arm64/);
  });
});
