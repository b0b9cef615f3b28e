import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UtilityPath } from '../../src-main/jobs/utility.ts';
import { atelier } from '../support/fake-host.ts';
import { openReader, repository, tempFolder } from '../support/temp-workspace.ts';
import { tinyEncoder } from '../support/tiny-encoder.ts';
import { seq2seqFolder } from '../support/tiny-seq2seq.ts';
import { tinyConfig, tinyFolder, tinyWeights } from '../support/tiny-llama.ts';
import { gridPage } from '../../src-main/db/grid-cells.ts';
import { listGrids } from '../../src-main/db/grids.ts';
import { listPrompts } from '../../src-main/db/prompts.ts';

const utilities: UtilityPath = (kind) => join(repository, `src-main/utility/${kind}.ts`);

function given() {
  const [folder, workspace] = [tempFolder(), tempFolder()];
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const run = async (...args: string[]) => {
    const ran = await atelier(workspace, [...args, '--json'], undefined, utilities);
    if (ran.code !== 0) throw new Error(JSON.stringify(ran));
    return ran.lines as Record<string, unknown>[];
  };
  return { folder, workspace, write, run };
}

const prompt = `---
name: ask
documents:
  collection: Animals
  question: "{{question}}"
  count: 1
  maxTokens: 200
---
{{#examples dataset="known" count=1}}
{{question}}: {{answer}}
{{/examples}}
{{passages}} {{question}}`;

describe('documents on the command line', () => {
  it('are compared by an encoder, until it is gone', async () => {
    const { folder, write, run } = given();
    const files = ['the cat sat', 'the dog ran', 'play not good'].map((text, i) => write(`${i}.txt`, text));
    const encoder = tinyEncoder(join(folder, 'tiny'), { head: 'embeds' });
    const added = await run('documents', 'add', 'Animals', ...files, '--encoder', encoder);
    expect(added.at(-1)).toMatchObject({ event: 'finished', added: 3 });
    expect((await run('documents', 'list'))[0]).toMatchObject({ encoder: { name: 'tiny', embedded: 3 } });
    const found = await run('documents', 'search', 'Animals', 'the dog ran');
    expect(found[0]).toMatchObject({ name: '1.txt', words: 1, letters: null, meaning: 1 });
    rmSync(encoder, { recursive: true });
    const without = await run('documents', 'search', 'Animals', 'the dog ran');
    expect(without[0]).toMatchObject({ name: '1.txt', letters: 1, meaning: null });
    expect((await run('documents', 'embed', 'Animals', '--encoder', 'none')).at(-1)).toMatchObject({ encoder: null });
  });

  it('give each row of a grid its own passages, beside examples; so says the prompt’s file, and promptfoo’s', async () => {
    const { folder, workspace, write, run } = given();
    const [file] = [write('ask.md', prompt)];
    const rows = write(
      'rows.jsonl',
      '{"question":"cat?"}\n{"question":"dog?"}\n{"question":"cow?","passages":"mine"}\n',
    );
    await run('import', write('known.csv', 'question,answer\nox?,yes\nant?,no\n'), '--name', 'known');
    const config = { ...tinyConfig, context: 400 };
    const model = tinyFolder(join(folder, 'tiny'), tinyWeights(), config);
    // Without the collection the rest of the prompt comes all the same.
    expect((await run('prompts', 'import', file)).at(-1)).toEqual({
      left: [expect.stringMatching(/asks the documents "Animals".* no collection/) as string],
    });
    await run('documents', 'add', 'Animals', write('a.txt', 'a cat sat'), write('b.txt', 'a dog ran'));
    expect(await run('prompts', 'import', file)).toHaveLength(1);
    const store = openReader(workspace);
    const { id } = listPrompts(store)[0];
    store.close();
    expect((await run('prompts', 'show', id))[0]).toMatchObject({ name: 'ask' });
    const asked = ['prompts', 'grid', 'run', id, '--model', model, '--rows', rows, '--temperature', '0'];
    const cells = await run(...asked, '--max-tokens', '3');
    expect(cells.at(-1)).toMatchObject({ finished: 3, failed: 0 });
    const after = openReader(workspace);
    const [grid] = listGrids(after);
    const page = gridPage(after, grid.id, 1, 0, 10);
    after.close();
    expect(page.rows.map(({ values }) => values.passages)).toEqual([
      '[1] a.txt\na cat sat',
      '[1] b.txt\na dog ran',
      'mine',
    ]);
    const out = join(folder, 'ask-again.md');
    await run('prompts', 'show', id, '--out', out);
    expect(readFileSync(out, 'utf8')).toMatch(/documents:\n +collection: Animals\n/);
    const [gone] = await run('prompts', 'export', id, '--rows', rows, '--out', join(folder, 'foo.yaml'));
    expect(gone.left).toContainEqual(expect.stringContaining('promptfoo asks no documents') as string);
  });
});

describe('a sequence-to-sequence model on the command line', () => {
  it('writes one text of another', async () => {
    const { folder, run } = given();
    const model = seq2seqFolder(join(folder, 'tiny'), { decoders: ['first', 'later'] });
    const [text, bare] = await Promise.all(
      [[], ['--no-cache']].map(async (more) =>
        (await run('generate', model, '--prompt', 'a cat', '--temperature', '0', '--max-tokens', '8', ...more)).at(-1)!,
      ),
    );
    expect(text).toMatchObject({ event: 'finished', cached: true });
    expect(bare).toMatchObject({ cached: false, text: text.text, token_ids: text.token_ids });
    expect(text.prompt_token_ids).toHaveLength(6);
  });
});
