import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Asked {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** The client has hung up. */
  closed: boolean;
}

/** Answers a request itself; undefined leaves it to the server. */
export type Answerer = (asked: Asked, response: ServerResponse, times: number) => void | Promise<void>;

export interface OpenAiServer {
  /** Up to /v1. */
  baseUrl: string;
  asked: Asked[];
  /** Requests that are answered now, and as many as there were at one time. */
  readonly atOnce: number;
  close(): void;
}

export interface OpenAiOptions {
  key?: string;
  models?: string[];
  /** What is said to a prompt. */
  say?: (prompt: string, asked: Asked, index: number) => string;
  answer?: Answerer;
  /** Where it is kept out of a test. */
  keep?: boolean;
}

export const chunk = (content: string, more: object = {}, index = 0): string =>
  `data: ${JSON.stringify({ model: 'tiny-1', choices: [{ index, delta: { content }, finish_reason: null, ...more }] })}\n\n`;
export const finish = (reason = 'stop', index = 0): string =>
  `data: ${JSON.stringify({ choices: [{ index, delta: {}, finish_reason: reason }] })}\n\n`;
export const done = 'data: [DONE]\n\n';
export const stream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });

/** Of more of a text. */
const piece = (text: string, logprobs: object | null, index: number, reason: string | null = null): string =>
  `data: ${JSON.stringify({ model: 'tiny-1', choices: [{ index, text, logprobs, finish_reason: reason }] })}\n\n`;

export const lastOf = ({ body }: Asked): string =>
  typeof body.prompt === 'string' ? body.prompt : (body.messages as { content: string }[]).at(-1)!.content;

/**
 * A server of this machine that speaks as OpenAI's interface: GET /v1/models, POST /v1/chat/completions and POST /v1/completions, streamed word by
 * word.
 */
export async function openAiServer(options: OpenAiOptions = {}): Promise<OpenAiServer> {
  const { key, models = ['tiny', 'tiny/two'], say = (prompt) => `You said: ${prompt}`, answer } = options;
  const asked: Asked[] = [];
  let [now, most] = [0, 0];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { pathname: path } = new URL(request.url!, 'http://x');
    const text = Buffer.concat(pieces).toString();
    const one: Asked = {
      ...{ path, method: request.method!, headers: request.headers, closed: false },
      body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
    asked.push(one);
    most = Math.max(most, ++now);
    response.on('close', () => (now--, (one.closed = !response.writableFinished)));
    const json = (status: number, value: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (answer) {
      await answer(one, response, asked.filter((other) => other.path === path).length - 1);
      if (response.headersSent || response.destroyed) return;
    }
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      const said = (request.headers.authorization ?? '').replace('Bearer ', '');
      return json(401, { error: { message: `Incorrect API key provided: ${said}.` } });
    }
    if (path === '/v1/models') return json(200, { object: 'list', data: models.map((id) => ({ id })) });
    const chat = path === '/v1/chat/completions';
    if (!chat && path !== '/v1/completions') return json(404, { error: { message: 'no such path' } });
    if (!models.includes(String(one.body.model)))
      return json(404, { error: { message: `The model ${String(one.body.model)} does not exist` } });
    stream(response);
    let tokens = 0;
    for (let index = 0; index < Number(one.body.n ?? 1); index++) {
      for (const word of say(lastOf(one), one, index).match(/\s*\S+|\s+$/g) ?? []) {
        tokens++;
        response.write(
          chat
            ? chunk(word, one.body.logprobs ? { logprobs: { content: [logprobOf(word)] } } : {}, index)
            : piece(word, one.body.logprobs ? logprobsOf(word) : null, index),
        );
      }
      response.write(chat ? finish('stop', index) : piece('', null, index, 'stop'));
    }
    response.write(
      `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: lastOf(one).length, completion_tokens: tokens } })}\n\n`,
    );
    response.end(done);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  if (!options.keep) onTestFinished(close);
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    get atOnce() {
      return most;
    },
    close,
  };
}

const logprobOf = (token: string) => ({
  ...{ token, logprob: Math.log(0.75) },
  top_logprobs: [
    { token, logprob: Math.log(0.75) },
    { token: ' other', logprob: Math.log(0.2) },
  ],
});

const logprobsOf = (token: string) => ({
  ...{ tokens: [token], token_logprobs: [Math.log(0.75)], text_offset: [0] },
  top_logprobs: [{ ' other': Math.log(0.2), [token]: Math.log(0.75) }],
});
