import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RemoteWriter } from '../../src-main/remote/ask.ts';
import { listRemoteModels } from '../../src-main/remote/list-models.ts';
import type { GenerationSettings, TokenChoice, WrittenPart } from '../../src-main/shared/generation.ts';
import { usualSettings } from '../../src-main/shared/prompt/prompt.ts';
import type { WriterPrompt } from '../../src-main/shared/prompt/writer.ts';
import type { RemoteInterface, RemoteWait } from '../../src-main/shared/remote.ts';
import { chunk, done, finish, openAiServer, stream } from '../support/openai-server.ts';

const key = 'sk-test-0123456789abcdef';
const none = new AbortController().signal;

async function ask(
  baseUrl: string,
  {
    prompt = 'Hello there',
    settings = {},
    signal = none,
    model = 'tiny',
    as = 'chat',
    begin,
    limits,
    onPart,
  }: {
    prompt?: WriterPrompt;
    settings?: Partial<GenerationSettings>;
    signal?: AbortSignal;
    model?: string;
    as?: RemoteInterface;
    begin?: readonly TokenChoice[];
    limits?: { silentMs: number; mostBytes: number };
    onPart?: (part: WrittenPart) => void;
  } = {},
) {
  const parts: WrittenPart[] = [];
  const waits: (RemoteWait | null)[] = [];
  const result = await new RemoteWriter(limits).write(
    {
      model: { remote: { name: 'here', baseUrl, interface: as, model, key } },
      prompt,
      settings: { ...usualSettings, ...settings },
      begin,
    },
    {
      given: () => {},
      told: (part) => {
        parts.push(part);
        onPart?.(part);
      },
      waiting: (wait) => waits.push(wait),
    },
    signal,
  );
  return { result, parts, waits };
}
const failing = (baseUrl: string, options: Parameters<typeof ask>[1] = {}) =>
  ask(baseUrl, options).then(
    () => expect.unreachable('it should fail'),
    (error: { code: string; message: string }) => {
      expect(error.message).not.toContain(key);
      return error;
    },
  );

describe('a model elsewhere', () => {
  it('writes word by word, and tells tokens, usage and who answered', async () => {
    const server = await openAiServer({ key });
    const { result, parts } = await ask(server.baseUrl, { settings: { stop: ['END'], seed: 7, maxTokens: 9 } });
    expect(result.texts).toMatchObject([{ text: 'You said: Hello there', finish: 'end', tokens: [] }]);
    expect(parts.map(({ text }) => text)).toEqual(['You', ' said:', ' Hello', ' there']);
    expect(result.texts[0].choices).toHaveLength(4);
    expect(result.texts[0].choices![1].likeliest.map(({ text }) => text)).toEqual([' said:', ' other']);
    expect(Math.exp(result.texts[0].choices![1].logprob)).toBeCloseTo(0.75, 9);
    expect(result.facts).toMatchObject({ promptTokens: 11, context: null, kind: 'writes' });
    expect(result.facts.remote).toMatchObject({
      ...{ endpoint: 'here', reach: 'machine', model: 'tiny-1', completionTokens: 4, left: [] },
    });
    expect(server.asked[0].headers.authorization).toBe(`Bearer ${key}`);
    expect(server.asked[0].body).toMatchObject({
      ...{ model: 'tiny', stream: true, max_tokens: 9, temperature: 0.8, top_p: 0.95, seed: 7, stop: ['END'] },
      ...{ messages: [{ role: 'user', content: 'Hello there' }], logprobs: true, top_logprobs: 5 },
    });
    for (const name of ['top_k', 'min_p', 'presence_penalty', 'n', 'response_format'])
      expect(server.asked[0].body).not.toHaveProperty(name);
  });

  it('is given turns as turns, a schema as a format, and is told what it has no word for', async () => {
    const server = await openAiServer();
    const turns = [
      { role: 'system' as const, text: 'Be short.' },
      { role: 'user' as const, text: 'Hi' },
    ];
    const schema = { type: 'object' };
    const settings = { topK: 5, minP: 0.1, repetitionPenalty: 1.1, form: { kind: 'json' as const, schema } };
    const { result } = await ask(server.baseUrl, { prompt: turns, settings });
    expect(result.given).toBe('system:\nBe short.\n\nuser:\nHi\n\nassistant:\n');
    expect(result.facts.remote!.left).toEqual(['topK', 'minP', 'repetitionPenalty']);
    expect(server.asked[0].body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Hi' },
      ],
      response_format: { type: 'json_schema', json_schema: { schema } },
    });
    const refused = { form: { kind: 'regex' as const, pattern: 'a' } };
    expect(await failing(server.baseUrl, { settings: refused })).toMatchObject({ code: 'remote_unavailable' });
    expect(await failing(server.baseUrl, { settings: { beams: 2 } })).toMatchObject({ code: 'remote_unavailable' });
    expect(server.asked).toHaveLength(1);
  });

  it('writes several texts, by as many requests as it takes', async () => {
    const both = await openAiServer({ say: (_prompt, { body }, index) => `text ${Number(body.seed)}.${index}` });
    const { result, parts } = await ask(both.baseUrl, { settings: { n: 3, seed: 5 } });
    expect(result.texts.map(({ text }) => text)).toEqual(['text 5.0', 'text 5.1', 'text 5.2']);
    expect(both.asked).toHaveLength(1);
    expect([...new Set(parts.map(({ row }) => row))]).toEqual([0, 1, 2]);
    // One that takes no notice of n.
    const one = await openAiServer({
      answer: ({ body }, response) => void stream(response).end(chunk(`seed ${Number(body.seed)}`) + finish() + done),
    });
    const again = await ask(one.baseUrl, { settings: { n: 3, seed: 5 } });
    expect(again.result.texts.map(({ text }) => text)).toEqual(['seed 5', 'seed 6', 'seed 7']);
    expect(again.result.facts.remote!.completionTokens).toBeNull();
  });

  it('stops within 200 ms with what has come, and hangs up', async () => {
    const server = await openAiServer({
      answer: (_asked, response) => void stream(response).write(chunk('Some') + chunk(' words')),
    });
    const abort = new AbortController();
    let stoppedAt = 0;
    const { result } = await ask(server.baseUrl, {
      signal: abort.signal,
      onPart: ({ text }) => {
        if (text !== ' words') return;
        stoppedAt = performance.now();
        abort.abort();
      },
    });
    expect(performance.now() - stoppedAt).toBeLessThan(200);
    expect(result).toMatchObject({ stopped: true, texts: [{ text: 'Some words', finish: 'stopped' }] });
    expect(result.facts.firstTokenMs).toBeGreaterThan(0);
    await expect.poll(() => server.asked[0].closed).toBe(true);
  });

  it('says in words what is wrong, and never the key', async () => {
    const wrongKey = await openAiServer({ key: 'another' });
    expect(await failing(wrongKey.baseUrl)).toMatchObject({
      code: 'remote_unauthorized',
      message: expect.stringContaining('Incorrect API key provided: [key].') as string,
    });
    const server = await openAiServer();
    expect(await failing(server.baseUrl, { model: 'nobody' })).toMatchObject({ code: 'remote_not_found' });
    server.close();
    expect(await failing(server.baseUrl)).toMatchObject({
      code: 'remote_unreachable',
      message: expect.stringContaining('nothing listens there') as string,
    });
    expect(await failing('http://nobody.invalid.localhost:1/v1')).toMatchObject({ code: 'remote_unreachable' });
    const plain = createServer((socket) => void socket.end('no TLS\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void plain.close());
    const { port } = plain.address() as { port: number };
    expect(await failing(`https://127.0.0.1:${port}/v1`)).toMatchObject({ code: 'remote_tls' });
  });

  it.each([
    ['an answer that is cut', chunk('Half an'), 'remote_cut', 'Half an'],
    ['what is no JSON', `${chunk('Some')}data: {"choices":\n\n`, 'remote_malformed', 'Some'],
    ['what is no piece of a text', `${chunk('Some')}data: 7\n\n`, 'remote_malformed', 'Some'],
    [
      'an error in the middle',
      `${chunk('So')}data: {"error":{"message":"out of memory ${key}"}}\n\n`,
      'remote_failed',
      'So',
    ],
    ['an event without an end', `${chunk('So')}data: ${'x'.repeat(5 * 2 ** 20)}`, 'remote_too_large', 'So'],
  ])('tells %s, after what came before', async (_what, body, code, text) => {
    const server = await openAiServer({ answer: (_asked, response) => void stream(response).end(body) });
    let came = '';
    const error = await failing(server.baseUrl, { onPart: (part) => (came += part.text) });
    expect([error.code, came]).toEqual([code, text]);
  });

  it('bounds what it listens to, and how long to silence', async () => {
    const large = await openAiServer({
      answer: (_asked, response) => {
        stream(response);
        for (let i = 0; i < 200; i++) response.write(chunk('x'.repeat(1000)));
      },
    });
    const limits = { silentMs: 60_000, mostBytes: 50_000 };
    expect(await failing(large.baseUrl, { limits })).toMatchObject({ code: 'remote_too_large' });
    const silent = await openAiServer({ answer: (_asked, response) => void stream(response).write(chunk('a')) });
    const short = { silentMs: 50, mostBytes: 50_000 };
    expect(await failing(silent.baseUrl, { limits: short })).toMatchObject({ code: 'remote_silent' });
  });

  it('waits as long as a busy server asks, tells of it, and not for ever', async () => {
    const server = await openAiServer({
      answer(_asked, response, times) {
        if (times < 2) response.writeHead(429, { 'retry-after': '0.02' }).end('{"error":{"message":"slow down"}}');
      },
    });
    const { result, waits } = await ask(server.baseUrl);
    expect(result.texts[0].text).toBe('You said: Hello there');
    expect(server.asked).toHaveLength(3);
    expect(waits.map((wait) => wait?.reason)).toEqual(['429: slow down', undefined, '429: slow down', undefined]);
    expect(result.facts.remote!.waitedMs).toBeGreaterThan(0);
    const busy = await openAiServer({
      answer: (_asked, response) => void response.writeHead(429, { 'retry-after': '3600' }).end(),
    });
    expect(await failing(busy.baseUrl)).toMatchObject({
      code: 'remote_busy',
      message: expect.stringContaining('in 3600 s') as string,
    });
    const always = await openAiServer({
      answer: (_asked, response) => void response.writeHead(503, { 'retry-after': '0' }).end('<h1>Down</h1>'),
    });
    expect(await failing(always.baseUrl)).toMatchObject({
      code: 'remote_failed',
      message: expect.stringContaining('It says: "Down"') as string,
    });
    expect(always.asked).toHaveLength(5);
    // A stop ends the waiting too.
    const abort = new AbortController();
    const long = await openAiServer({
      answer: (_asked, response) => void response.writeHead(429, { 'retry-after': '60' }).end(),
    });
    setTimeout(() => abort.abort(), 50);
    expect((await ask(long.baseUrl, { signal: abort.signal })).result.stopped).toBe(true);
  });

  it('leaves out what a server refuses by its name, and tells it', async () => {
    const server = await openAiServer({
      answer({ body }, response) {
        const refuse = (message: string) =>
          void response
            .writeHead(400, { 'content-type': 'application/json' })
            .end(JSON.stringify({ error: { message } }));
        if ('max_tokens' in body)
          return refuse("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.");
        if ('top_logprobs' in body) return refuse("'top_logprobs' is not allowed");
        if ('temperature' in body) return refuse("Unsupported value: 'temperature' does not support 0.8");
      },
    });
    const { result } = await ask(server.baseUrl);
    expect(result.texts[0]).toMatchObject({ text: 'You said: Hello there', choices: null });
    expect(result.facts.remote!.left).toEqual(['logprobs', 'temperature']);
    expect(server.asked.at(-1)!.body).toMatchObject({ max_completion_tokens: usualSettings.maxTokens });
    const never = await openAiServer({
      answer: (_asked, response) => void response.writeHead(400).end('{"detail":"messages: too long"}'),
    });
    expect(await failing(never.baseUrl)).toMatchObject({
      code: 'remote_refused',
      message: expect.stringContaining('messages: too long') as string,
    });
    expect(never.asked).toHaveLength(1);
  });

  it('goes along redirects of its own host alone, and takes the key nowhere else', async () => {
    const other = await openAiServer();
    const away = await openAiServer({
      answer: (_asked, response) =>
        void response.writeHead(307, { location: `${other.baseUrl}/chat/completions` }).end(),
    });
    expect(await failing(away.baseUrl)).toMatchObject({ code: 'remote_redirect' });
    expect(other.asked).toHaveLength(0);
    const within = await openAiServer({
      answer({ path }, response) {
        if (path === '/v1/chat/completions' && !response.req.url!.includes('?'))
          response.writeHead(308, { location: '/v1/chat/completions?moved' }).end();
      },
    });
    expect((await ask(within.baseUrl)).result.texts[0].text).toBe('You said: Hello there');
    const turned = await openAiServer({
      answer: (_asked, response) => void response.writeHead(302, { location: '/v1/chat/completions' }).end(),
    });
    expect(await failing(turned.baseUrl)).toMatchObject({ code: 'remote_redirect' });
  });

  it('also answers at once, in one piece, and is told from a page', async () => {
    const whole = await openAiServer({
      answer: (_asked, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(
          JSON.stringify({
            choices: [{ index: 0, message: { role: 'assistant', content: 'All of it' }, finish_reason: 'length' }],
            usage: { prompt_tokens: 3, completion_tokens: 2 },
          }),
        ),
    });
    expect((await ask(whole.baseUrl)).result).toMatchObject({
      texts: [{ text: 'All of it', finish: 'tokens' }],
      facts: { promptTokens: 3, remote: { completionTokens: 2 } },
    });
    const page = await openAiServer({
      answer: (_asked, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    });
    expect(await failing(page.baseUrl)).toMatchObject({ code: 'remote_malformed' });
  });
});

describe('a model elsewhere that is asked for more of a text', () => {
  const turns: WriterPrompt = [{ role: 'user', text: 'Hi' }];
  it('goes on with the prompt as one text, and tells tokens', async () => {
    const server = await openAiServer({ key, say: (prompt) => ` and ${prompt}` });
    const settings = { logprobs: 9, maxTokens: 7 };
    const { result, parts } = await ask(server.baseUrl, { as: 'completions', prompt: 'once', settings });
    expect(server.asked[0]).toMatchObject({
      path: '/v1/completions',
      body: { prompt: 'once', max_tokens: 7, logprobs: 5, stream: true },
    });
    for (const name of ['messages', 'top_logprobs', 'response_format'])
      expect(server.asked[0].body).not.toHaveProperty(name);
    expect(parts.map(({ text }) => text)).toEqual([' and', ' once']);
    const [{ text, choices, finish: how }] = result.texts;
    expect([text, how]).toEqual([' and once', 'end']);
    expect(choices!.map((one) => one.text)).toEqual([' and', ' once']);
    expect(choices![0].likeliest.map((one) => [one.text, Math.exp(one.logprob)])).toEqual([
      [' and', expect.closeTo(0.75, 9)],
      [' other', expect.closeTo(0.2, 9)],
    ]);
    expect(result.facts.remote).toMatchObject({ completionTokens: 2, left: [] });
    // The same model asked otherwise is another one to what is kept of answers.
    expect((await ask(server.baseUrl, { prompt: 'once' })).result.facts.weights).not.toBe(result.facts.weights);
  });
  it('goes on from tokens as texts, which it then has as well', async () => {
    const server = await openAiServer({ key, say: (prompt) => ` after ${prompt.length}` });
    const first = (await ask(server.baseUrl, { as: 'completions', prompt: turns })).result.texts[0];
    const laidOut = String(server.asked[0].body.prompt);
    const { likeliest } = first.choices![0];
    const begin = [{ ...likeliest[1], likeliest }];
    const { result, parts } = await ask(server.baseUrl, {
      as: 'completions',
      prompt: turns,
      begin,
      settings: { maxTokens: 9 },
    });
    expect(server.asked[1].body).toMatchObject({ prompt: `${laidOut} other`, max_tokens: 8 });
    expect(result.given).toBe(laidOut);
    expect(result.texts[0].text).toBe(` other after ${laidOut.length + 6}`);
    expect(parts.map(({ text }) => text).join('')).toBe(result.texts[0].text);
    expect(result.texts[0].choices!.map((one) => one.text)).toEqual([' other', ' after', ` ${laidOut.length + 6}`]);
  });
  it('refuses what would make another answer', async () => {
    const form = { kind: 'json', schema: {} } as const;
    const wrong = await failing('http://127.0.0.1:9/v1', { as: 'completions', settings: { form } });
    expect(wrong).toMatchObject({
      code: 'remote_unavailable',
      message: expect.stringContaining('JSON schema') as string,
    });
    const choice = { token: -1, text: 'a', logprob: 0, likeliest: [] };
    const chat = await failing('http://127.0.0.1:9/v1', { begin: [choice] });
    expect(chat).toMatchObject({ code: 'remote_unavailable', message: expect.stringContaining('token') as string });
  });
});

describe('what an endpoint has', () => {
  const target = (baseUrl: string) => ({ name: 'here', baseUrl, interface: 'chat' as const, model: '', key });
  it('is listed in order, each once', async () => {
    const server = await openAiServer({ key, models: ['b', 'a/1', 'b', key] });
    expect(await listRemoteModels(target(server.baseUrl), none)).toMatchObject({
      models: ['[key]', 'a/1', 'b'],
      cut: false,
    });
  });
  it('is said to be unknown where there is no list', async () => {
    const server = await openAiServer({ answer: (_asked, response) => void response.writeHead(404).end() });
    await expect(listRemoteModels(target(server.baseUrl), none)).rejects.toMatchObject({ code: 'remote_no_list' });
    const wrong = await openAiServer({ key: 'another' });
    await expect(listRemoteModels(target(wrong.baseUrl), none)).rejects.toMatchObject({ code: 'remote_unauthorized' });
  });
});
