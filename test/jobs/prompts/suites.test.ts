import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atelier } from '../../support/fake-host.ts';
import { openFakeStudio, until } from '../../support/fake-studio.ts';
import { repository, tempFolder } from '../../support/temp-workspace.ts';
import type { UtilityPath } from '../../../src-main/jobs/utility.ts';

/** Imports are the real thing. */
const utility: UtilityPath = (kind) =>
  join(repository, kind === 'import' ? 'src-main/utility/import.ts' : 'test/support/utilities/fake.mjs');

const config = `
prompts: [file://texts/ask.txt]
providers: [echo]
tests:
  - { vars: { country: France }, assert: [{ type: contains, value: Paris }] }
  - { vars: { country: Peru }, assert: [{ type: contains, value: Lima }, { type: latency, threshold: 9 }] }
`;

function given() {
  const folder = tempFolder();
  mkdirSync(join(folder, 'texts'));
  writeFileSync(join(folder, 'texts/ask.txt'), 'Capital of {{country}}?');
  writeFileSync(join(folder, 'capitals.yaml'), config);
  return { folder, workspace: tempFolder() };
}

describe('a promptfoo configuration', () => {
  it('becomes prompts with checks, and a table of its tests; and goes out again', async () => {
    const { folder, workspace } = given();
    const { code, lines } = await atelier(
      workspace,
      ['prompts', 'import', join(folder, 'capitals.yaml'), '--json'],
      undefined,
      utility,
    );
    expect([code, lines]).toEqual([
      0,
      [
        { prompt: expect.any(String) as string, name: 'ask' },
        { dataset: expect.any(String) as string, name: 'capitals tests', rows: 2 },
        { left: ['The assertion "latency" was left out: the studio has no such check.'] },
      ],
    ]);
    const out = join(folder, 'out.yaml');
    const gone = await atelier(
      workspace,
      ['prompts', 'export', 'ask', '--data', 'capitals tests', '--out', out, '--json'],
      undefined,
      (kind) => join(repository, `src-main/utility/${kind}.ts`),
    );
    expect(gone.lines).toEqual([{ file: out, prompts: 1, rows: 2, left: [] }]);
    expect(readFileSync(out, 'utf8')).toContain('Capital of {{country}}?');
    expect(readFileSync(out, 'utf8')).toMatch(/vars:\s+country: France\s+expected: Paris/);
  });

  it('has what a prompt includes and the examples that it shows written out', async () => {
    const { folder, workspace } = given();
    const all: UtilityPath = (kind) => join(repository, `src-main/utility/${kind}.ts`);
    const cli = (...args: string[]) => atelier(workspace, args, undefined, all);
    writeFileSync(join(folder, 'tone.md'), 'Be {{how}}.');
    writeFileSync(
      join(folder, 'asking.md'),
      'system:\n{{> tone}}\n{{#examples dataset="capitals tests" count=1}}\nuser:\n{{country}}\n{{/examples}}\nuser:\n{{who}}',
    );
    await cli('prompts', 'import', join(folder, 'capitals.yaml'), join(folder, 'tone.md'), join(folder, 'asking.md'));
    const checked = await cli('prompts', 'check', '--json');
    expect([checked.code, checked.lines]).toEqual([0, [{ event: 'finished', prompts: 3, errors: 0, warnings: 0 }]]);
    const out = join(folder, 'out.yaml');
    const gone = await cli('prompts', 'export', 'asking', '--out', out, '--json');
    expect(gone.lines).toMatchObject([
      { left: ['Included prompts and examples were written out: promptfoo has no words for them.'] },
    ]);
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('Be {{how}}.');
    expect(text).toMatch(/"role": "user",\s+"content": "(?:France|Peru)"/);
    expect(text).not.toContain('examples');
  });

  it('that reaches out of its folder makes nothing', async () => {
    const { folder, workspace } = given();
    writeFileSync(join(folder, 'bad.yaml'), config.replace('texts/ask.txt', '../../etc/passwd'));
    const { studio } = openFakeStudio(workspace, utility);
    expect(() => studio.importPrompts([join(folder, 'capitals.yaml'), join(folder, 'bad.yaml')])).toThrow(
      expect.objectContaining({ code: 'not_promptfoo' }),
    );
    expect(studio.prompts.list()).toEqual([]);
    const { prompts, tables } = studio.importPrompts([join(folder, 'capitals.yaml')]);
    expect(studio.evaluations.test(prompts[0])).toEqual({
      checks: [{ kind: 'contains', wanted: { column: 'expected' } }],
      gate: null,
    });
    await until(() => studio.jobs.get(tables[0].job).status === 'finished');
    await studio.close();
  });
});
