import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { TrialRecord } from '../../src-main/search/trial.ts';
import { repository, tempFolder } from '../support/temp-workspace.ts';

it('a search runs outside of the app as the README shows it', () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const example = /ask-and-tell\.test\.ts runs this block\. -->\s*```js\n([^]*?)```/.exec(readme)![1];
  const file = join(tempFolder(), 'search.mjs');
  writeFileSync(file, example.replaceAll("'./src-main/", `'${pathToFileURL(repository).href}/src-main/`));
  const told = execFileSync(process.execPath, [file], { encoding: 'utf8' });
  const { best, trials } = JSON.parse(told) as { best: TrialRecord; trials: number };
  expect(trials).toBe(60);
  expect(best.state).toBe('complete');
  // The least is 0, at a rate of 0.001 with kind b and extra 5; a wrong kind alone costs 0.3.
  expect(best.values![0]).toBeLessThan(0.3);
});
