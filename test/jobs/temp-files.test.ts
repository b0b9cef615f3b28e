import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sweepTempFiles } from '../../src-main/jobs/temp-files.ts';
import { newId } from '../../src-main/shared/ids.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const day = 24 * 3600_000;

it('sweeps what killed processes left a week ago, and nothing younger or of others', async () => {
  const folder = tempFolder();
  const now = Date.now();
  const make = (name: string, days: number, inside?: { name: string; days: number }) => {
    const path = join(folder, name);
    if (inside) {
      mkdirSync(path);
      writeFileSync(join(path, inside.name), '');
      utimesSync(join(path, inside.name), (now - inside.days * day) / 1000, (now - inside.days * day) / 1000);
    } else writeFileSync(path, '');
    utimesSync(path, (now - days * day) / 1000, (now - days * day) / 1000);
    return path;
  };
  const stale = [
    make(`atelier-${newId('job')}.log`, 8),
    make(`atelier-${newId('run')}`, 30, { name: 'run.jsonl', days: 29 }),
    make('atelier-session-Ab3dE6', 9, { name: 'Cookies', days: 9 }),
    make('atelier-judged-Ab3dE6', 9, { name: 'judged.jsonl', days: 9 }),
  ];
  const kept = [
    make(`atelier-${newId('job')}.log`, 6),
    make('atelier-session-Xb3dE6', 9, { name: 'Cookies', days: 1 }),
    make('atelier-my-notes', 90),
    make('other-session-Ab3dE6', 90),
  ];
  expect(await sweepTempFiles(folder, now)).toBe(stale.length);
  expect(stale.filter(existsSync)).toEqual([]);
  expect(kept.filter(existsSync)).toEqual(kept);
  expect(await sweepTempFiles(join(folder, 'nowhere'), now)).toBe(0);
});
