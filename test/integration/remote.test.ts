import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { atelier as runHere } from '../support/fake-host.ts';
import { chunk, lastOf, openAiServer, stream } from '../support/openai-server.ts';
import { repository, tempFolder } from '../support/temp-workspace.ts';
import { tinyFolder } from '../support/tiny-llama.ts';

const key = 'sk-test-0123456789abcdef-nowhere';
const env: NodeJS.ProcessEnv = {};

/** The command line in this process, with the real utilities. */
const atelier = (folder: string, ...args: string[]) =>
  runHere(folder, args, undefined, (kind) => join(repository, '.vite/build/utility', `${kind}.cjs`), env);
async function done(folder: string, ...args: string[]) {
  const ran = await atelier(folder, ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran;
}

/** A workspace with a prompt; this person's own files lie in it as well. */
async function prepared() {
  const folder = tempFolder();
  env.SOME_KEY = key;
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  await done(
    folder,
    ...['prompts', 'import', write('p.md', '---\nname: p\nsettings: {maxTokens: 9, temperature: 0}\n---\nSay {{x}}')],
  );
  const holds = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(key))
      .map(({ name }) => name);
  return { folder, write, holds };
}
const remote = (...args: string[]) => ['models', 'remote', ...args];

it('a remote model is off until it is allowed, answers like one that runs here, and its key lies nowhere', async () => {
  const { folder, holds } = await prepared();
  const server = await openAiServer({ key, say: (prompt) => `${prompt}, ${prompt}` });
  const run = ['prompts', 'run', 'p', '--model', 'here/tiny', '--variables', '{"x":"hi"}', '--json'];
  const args = [server.baseUrl, '--model', 'tiny'];
  expect((await atelier(folder, ...remote('add', 'here', ...args, '--key-env', key))).stderr).not.toContain(key);
  await done(folder, ...remote('add', 'here', ...args, '--key-env', 'SOME_KEY'));
  expect((await atelier(folder, ...remote('key', 'here', '--stdin'))).stderr).toContain('no_keychain');
  expect((await atelier(folder, ...run)).stderr).toContain('remote_off');
  await done(folder, ...remote('on'));
  expect((await atelier(folder, ...run)).stderr).toContain('remote_not_agreed');
  expect(server.asked).toHaveLength(0);
  await done(folder, ...remote('allow', 'here'));
  expect((await done(folder, ...remote('test', 'here', '--json'))).lines).toMatchObject([
    { models: ['tiny', 'tiny/two'] },
  ]);
  const [state, one] = (await done(folder, ...remote('list', '--json'))).lines;
  expect([state, one]).toMatchObject([
    { enabled: true, keychain: 'none' },
    { name: 'here', key: 'variable', allowed: true },
  ]);
  expect((await done(folder, 'models', 'list', '--json')).lines).toMatchObject([{ name: 'here/tiny', kind: 'remote' }]);

  const ran = await done(folder, ...run);
  expect(ran.stderr).toContain(
    'Up to 1 request leave Atelier for another program of this machine: to here/tiny at 127.0.0.1',
  );
  expect(ran.lines.filter(({ event }) => event === 'text').map(({ text }) => text)).toEqual([
    'Say',
    ' hi,',
    ' Say',
    ' hi',
  ]);
  expect(ran.lines.at(-1)).toMatchObject({
    ...{ model: 'here/tiny', status: 'finished', given: 'Say hi', prompt_tokens: 6 },
    texts: [{ text: 'Say hi, Say hi', token_ids: null, finish: 'end' }],
    remote: { endpoint: 'here', model: 'tiny-1', completion_tokens: 4, not_sent: [] },
  });

  // Asked for more of a text it goes on from another token; asked as a chat it cannot.
  const branch = (of: unknown) => ['prompts', 'run', 'p', '--branch', String(of), '--at', '1', '--token=-2', '--json'];
  const refused = await atelier(folder, ...branch(ran.lines.at(-1)!.completion));
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('remote_unavailable')]);
  const [base] = (await done(folder, ...remote('set', 'here', '--interface', 'completions', '--json'))).lines;
  expect(base).toMatchObject({ interface: 'completions', models: ['tiny'] });
  const text = (await done(folder, ...run)).lines.at(-1)!;
  expect(text.texts).toMatchObject([{ text: 'Say hi, Say hi' }]);
  const branched = (await done(folder, ...branch(text.completion))).lines.at(-1)!;
  expect(branched.texts).toMatchObject([{ text: 'Say otherSay hiSay other, Say hiSay other' }]);
  expect(server.asked.at(-1)).toMatchObject({ path: '/v1/completions', body: { prompt: 'Say hiSay other' } });

  env.SOME_KEY = `${key}x`;
  const failed = await atelier(folder, ...run);
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('remote_unauthorized')]);
  expect(holds()).toEqual([]);
  delete env.SOME_KEY;
  expect((await atelier(folder, ...run)).stderr).toContain('remote_no_key');
  await done(folder, ...remote('remove', 'here'));
  expect((await atelier(folder, ...run)).stderr).toContain('no_such_run');
});

it('a grid asks a few at a time, keeps what came, goes on with the rest, and asks nothing twice', async () => {
  const { folder, write, holds } = await prepared();
  let broken = true;
  const server = await openAiServer({
    key,
    say: (prompt) => prompt.toUpperCase(),
    async answer(asked, response) {
      // The first is not answered before another has been asked: so there are two at once, however fast the machine.
      while (server.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      if (broken && lastOf(asked) === 'Say 3') stream(response).end(chunk('SA'));
      if (broken && lastOf(asked) === 'Say 4') response.writeHead(500).end(`{"error":{"message":"broken ${key}"}}`);
    },
  });
  await done(folder, ...remote('on'));
  await done(folder, ...remote('add', 'here', server.baseUrl, '--key-env', 'SOME_KEY'));
  await done(folder, ...remote('allow', 'here'));
  const tiny = tinyFolder(join(folder, 'tiny'));
  const rows = write('rows.csv', `x\n${Array.from({ length: 12 }, (_, i) => i % 9).join('\n')}\n`);
  const grid = ['prompts', 'grid', 'run', 'p', '--rows', rows, '--model', 'here/tiny', '--model', tiny, '--json'];
  const first = await atelier(folder, ...grid);
  expect(first.stderr).toContain('Up to 12 requests leave Atelier');
  expect(first.lines.at(-1)).toMatchObject({ finished: 22, failed: 2, cached: 6 });
  const errors = first.lines
    .filter(({ status }) => status === 'failed')
    .map(({ error }) => (error as { code: string }).code);
  expect(errors).toEqual(['remote_cut', 'remote_failed']);
  expect(server.atOnce).toBeGreaterThan(1);
  expect(server.atOnce).toBeLessThanOrEqual(4);
  // Nine different rows, of which one is tried three times in all.
  expect(server.asked).toHaveLength(11);
  broken = false;
  const again = await done(folder, 'prompts', 'grid', 'resume', String(first.lines.at(-1)!.grid), '--json');
  expect(again.lines.at(-1)).toMatchObject({ finished: 24, failed: 0 });
  expect(again.lines.find(({ event, row, column }) => event === 'cell' && row === 3 && column === 0)).toMatchObject({
    text: 'SAY 3',
  });
  expect(server.asked).toHaveLength(13);
  expect((await done(folder, ...grid)).lines.at(-1)).toMatchObject({ finished: 24, cached: 24 });
  expect(server.asked).toHaveLength(13);
  // What will not get better is asked once, and told of all.
  env.SOME_KEY = 'another';
  const refused = await atelier(folder, ...grid, '--seed', '9');
  expect(refused.lines.at(-1)).toMatchObject({ finished: 12, failed: 12 });
  expect(server.asked.length).toBeLessThanOrEqual(13 + 4);
  expect(holds()).toEqual([]);
});

it('a remote model judges answers, and is tested like others', async () => {
  const { folder, write } = await prepared();
  const server = await openAiServer({
    say: (prompt, { body }) =>
      body.model === 'judge' ? `It is fine.\n${prompt.includes('SAY 0') ? '4/5' : 'No 2 or 3'}` : prompt.toUpperCase(),
    models: ['judge', 'tiny'],
  });
  await done(folder, ...remote('on'));
  await done(folder, ...remote('add', 'here', server.baseUrl));
  await done(folder, ...remote('allow', 'here'));
  const rows = write('rows.csv', 'x,expected\n0,SAY 0\n1,nothing\n');
  const run = ['prompts', 'eval', 'p', '--rows', rows, '--model', 'here/tiny'];
  const tested = await done(
    folder,
    ...run,
    '--check',
    'exact',
    '--check',
    'judge',
    '--judge',
    'here/judge',
    '--rubric',
    'Good?',
  );
  expect(tested.stderr).toContain('here/judge');
  expect(tested.stdout).toContain('exact 0.5000');
  expect(tested.stdout).toContain('judge 0.3750');
  expect(tested.stdout).toContain('The judge said no number from 1 to 5 but "No 2 or 3"');
});
