import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../scripts/setup/lock.mjs';
import { isAlive } from '../support/processes.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-lock-'));
  file = path.join(folder, 'set-up.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A pid that was in use a moment ago and is not any more. */
const endedPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;
const owner = (fields: object): string => JSON.stringify({ host: os.hostname(), id: 'other', ...fields });

describe('the set-up lock', () => {
  it('is held while the work runs, and gone afterwards', async () => {
    const held = await withLock(file, () => existsSync(file));
    expect(held).toBe(true);
    expect(existsSync(file)).toBe(false);
  });

  it('is gone after work that throws', async () => {
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over at once from an owner that was killed', async () => {
    writeFileSync(file, owner({ pid: endedPid() }));
    const started = Date.now();
    await withLock(file, () => {});
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it.runIf(process.platform === 'linux')('sees that a pid was given to another process', async () => {
    writeFileSync(file, owner({ pid: process.pid, birth: '1' }));
    await withLock(file, () => {}, { staleMs: 60_000 });
  });

  it('is taken over from an owner elsewhere only after a time of silence', async () => {
    writeFileSync(file, owner({ pid: 1, host: 'another-machine' }));
    const started = performance.now();
    await withLock(file, () => {}, { staleMs: 300, pollMs: 20 });
    expect(performance.now() - started).toBeGreaterThan(280);
  });

  it('is taken over from an owner whose file was cut short, after a time of silence', async () => {
    writeFileSync(file, '{"pid":');
    await withLock(file, () => {}, { staleMs: 100, pollMs: 20 });
  });

  it('waits for an owner that keeps touching it, and says so once', async () => {
    writeFileSync(file, owner({ pid: 1, host: 'another-machine' }));
    let told = 0;
    let beats = 0;
    const beat = setInterval(() => {
      beats += 1;
      if (beats < 10) utimesSync(file, beats, beats);
      else {
        clearInterval(beat);
        rmSync(file);
      }
    }, 50);
    await withLock(file, () => {}, { staleMs: 400, pollMs: 20, onWait: () => (told += 1) });
    expect(beats).toBe(10);
    expect(told).toBe(1);
  });

  it('lets one process in at a time, also when they find a dead owner together', async () => {
    writeFileSync(file, owner({ pid: endedPid() }));
    const counter = path.join(folder, 'counter');
    writeFileSync(counter, '0');
    const script = `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { withLock } from ${JSON.stringify(new URL('../../scripts/setup/lock.mjs', import.meta.url).href)};
      for (let i = 0; i < 5; i++) {
        await withLock(${JSON.stringify(file)}, async () => {
          const value = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'));
          await sleep(5);
          writeFileSync(${JSON.stringify(counter)}, String(value + 1));
        }, { pollMs: 3 });
      }`;
    const program = path.join(folder, 'contender.mjs');
    writeFileSync(program, script);
    await Promise.all([1, 2, 3, 4].map(() => promisify(execFile)(process.execPath, [program])));
    expect(readFileSync(counter, 'utf8')).toBe('20');
  });
});

describe.runIf(process.platform === 'linux')('what a killed owner left running', () => {
  it('is ended by the next one before it begins', async () => {
    // An owner that starts a long child under the lock and is then killed outright, as by kill -9.
    const here = (name: string): string => JSON.stringify(new URL(`../../scripts/setup/${name}`, import.meta.url).href);
    const program = path.join(folder, 'owner.mjs');
    const beat = path.join(folder, 'beat');
    const child = `require('fs').writeFileSync(${JSON.stringify(beat)}, String(process.pid)); setInterval(() => {}, 1000)`;
    writeFileSync(
      program,
      `import { withLock } from ${here('lock.mjs')};
       import { run } from ${here('run.mjs')};
       await withLock(${JSON.stringify(file)}, () => run(process.execPath, ['-e', ${JSON.stringify(child)}]));`,
    );
    const first = execFile(process.execPath, [program]);
    const pid = () => (existsSync(beat) ? Number(readFileSync(beat, 'utf8')) : 0);
    await expect.poll(pid, { timeout: 10_000 }).toBeGreaterThan(0);
    first.kill('SIGKILL');
    await new Promise((resolve) => first.once('exit', resolve));
    expect(isAlive(pid())).toBe(true);
    await withLock(file, () => {});
    await expect.poll(() => isAlive(pid()), { timeout: 10_000 }).toBe(false);
  });
});
