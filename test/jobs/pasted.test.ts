import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { keepPasted } from '../../src-main/jobs/pasted.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'atelier-pasted-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

it.each([
  ['a\tb\n1\t2\n', '.txt'],
  ['{"text":"a"}\n{"text":"b"}\n', '.jsonl'],
  ['[{"a":1}]', '.json'],
  ['{\n  "images": []\n}', '.json'],
])('what was pasted is a file of the workspace: %j → %s', (text, ending) => {
  const into = folder();
  const path = keepPasted(into, text, new Date('2026-03-04T05:06:07.089Z'));
  expect(relative(into, path)).toBe(join('pasted', `pasted-2026-03-04-05-06-07-089${ending}`));
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('says so where there is nothing in it', () => {
  expect(() => keepPasted(folder(), ' \n')).toThrow(expect.objectContaining({ code: 'nothing_pasted' }));
});
