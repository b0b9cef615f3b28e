import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { atelier, done } from '../support/built-cli.ts';
import { tempFolder } from '../support/temp-workspace.ts';
import { tinyFolder } from '../support/tiny-llama.ts';

it('text is written by a folder’s model: told as it comes, whole at the end, held to a form, and the same again', async () => {
  const folder = tempFolder();
  tinyFolder(join(folder, 'tiny'));
  const args = ['generate', 'tiny', '--prompt', 'ab{{letter}}', '--variables', '{"letter":"c"}', '--max-tokens', '8'];
  const { lines } = await done(folder, ...args, '--seed', '5', '--n', '2', '--logprobs', '2', '--json');
  const finished = lines.at(-1)!;
  expect(finished).toMatchObject({ event: 'finished', prompt_tokens: 3, context: 24, cached: true });
  const told = lines.filter(({ event, row }) => event === 'text' && row === 0).map(({ text }) => text);
  expect(told.join('')).toBe(finished.text);
  expect(finished.texts).toHaveLength(2);
  expect((finished.logprobs as unknown[]).length).toBeGreaterThanOrEqual((finished.token_ids as unknown[]).length);
  const again = (await done(folder, ...args, '--seed', '5', '--n', '2', '--logprobs', '2', '--json')).lines.at(-1)!;
  expect(again.texts).toEqual(finished.texts);

  writeFileSync(join(folder, 'schema.json'), '{"type":"object","properties":{"a":{"enum":[1,2,3]}},"required":["a"]}');
  const { stdout } = await done(folder, 'generate', 'tiny', '--prompt', 'a', '--json-schema', 'schema.json');
  expect([1, 2, 3]).toContain((JSON.parse(stdout) as { a: number }).a);

  const missing = await atelier(
    folder,
    'generate',
    'tiny',
    '--prompt',
    '{{a}} and {{b}}',
    '--variables',
    '{"a":1}',
    '--json',
  );
  expect(missing.code).not.toBe(0);
  expect(missing.stderr + missing.stdout).toContain('{{b}}');
  const nothing = await atelier(folder, 'generate', 'nowhere', '--prompt', 'a');
  expect(nothing.code).not.toBe(0);
  expect(nothing.stderr).toMatch(/no .*nowhere/i);
});
