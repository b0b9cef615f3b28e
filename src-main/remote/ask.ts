import { createHash } from 'node:crypto';
import type { WrittenPart, WrittenText } from '../shared/generation.ts';
import type { RemoteQuestion, WriterResult } from '../shared/prompt/writer.ts';
import { hostOf, reachOf, type RemoteLeft, type RemoteTarget, type RemoteWait } from '../shared/remote.ts';
import { eventsOf } from './events.ts';
import { brokenError, connectionError, malformedError, redacted, saidOf, statusError } from './failures.ts';
import { asObject, textOr } from './loose.ts';
import { patience, retryAfter, Waits } from './patience.ts';
import { RemoteAnswer } from './remote-answer.ts';
import { RemoteRequest, requireAvailable, textOf } from './remote-request.ts';
import { request, usualLimits, type RemoteResponse, type RequestLimits } from './request.ts';

export interface RemoteHooks {
  given(text: string): void;
  told(part: WrittenPart): void;
  /** A server is waited for; null: no longer. */
  waiting(wait: RemoteWait | null): void;
}

/** What identifies a model elsewhere: its address, its name and how it is asked, and no key. */
export const remoteIdentity = ({ baseUrl, model, interface: asked }: RemoteTarget): string =>
  createHash('sha256')
    .update(JSON.stringify(['remote', baseUrl, model, ...(asked === 'chat' ? [] : [asked])]))
    .digest('hex');

/** Asks models elsewhere; what one server asks for patience, all requests to it have. */
export class RemoteWriter {
  readonly #waits = new Waits();
  readonly #limits: RequestLimits;

  constructor(limits: RequestLimits = usualLimits) {
    this.#limits = limits;
  }

  /**
   * Has `settings.n` texts written by `POST /chat/completions` or `POST /completions`. Once `signal` is aborted it resolves at once with what has come. Errors:
   * remote_unavailable, remote_unauthorized, remote_forbidden, remote_not_found, remote_busy, remote_refused, remote_failed, remote_unreachable,
   * remote_tls, remote_silent, remote_cut, remote_redirect, remote_malformed, remote_too_large.
   */
  async write(
    {
      model: { remote: target },
      prompt,
      settings,
      begin = [],
    }: Omit<RemoteQuestion, 'id' | 'type' | 'threads' | 'begun'>,
    hooks: RemoteHooks,
    signal: AbortSignal,
  ): Promise<WriterResult> {
    requireAvailable(target.interface, settings, begin.length > 0);
    const given = textOf(prompt);
    hooks.given(given);
    const begun = { text: begin.map(({ text }) => text).join(''), tokens: begin.length };
    const sum = { waitedMs: 0, firstMs: 0, writingMs: 0 };
    const answers: RemoteAnswer[] = [];
    const left = new Set<RemoteLeft>();
    let count = 0;
    let stopped = false;
    // A server that writes one text at a time is asked again for the others.
    while (count < settings.n && !stopped) {
      const n = settings.n - count;
      const seed = (settings.seed + count) % 2 ** 32;
      const asked = new RemoteRequest(target, { prompt, settings, n, seed, begin: begun });
      const answer = new RemoteAnswer(count, n, hooks.told, begin);
      answers.push(answer);
      let began = 0;
      try {
        await this.#exchange(target, asked, answer, signal, {
          sent: () => (began = performance.now()),
          waited: (ms) => (sum.waitedMs += ms),
          told: hooks.waiting,
        });
      } catch (error) {
        if (!signal.aborted) throw error;
        stopped = true;
      }
      if (answer.firstAt !== null) {
        sum.firstMs ||= answer.firstAt - began;
        sum.writingMs += performance.now() - answer.firstAt;
      }
      for (const setting of asked.left) left.add(setting);
      if (!stopped && answer.rows.length === 0) throw malformedError(target, 'without a text', '');
      count += answer.rows.length;
    }
    const texts = answers.flatMap(({ rows }) => Array.from(rows, (row) => writtenText(row, settings.logprobs > 0)));
    while (texts.length < settings.n) texts.push(writtenText(undefined, settings.logprobs > 0));
    const completionTokens = totalOf(answers.map((one) => one.completionTokens));
    const seconds = sum.writingMs / 1000;
    return {
      given,
      texts,
      stopped,
      facts: {
        promptTokens: answers[0].promptTokens,
        context: null,
        cached: true,
        loadMs: 0,
        firstTokenMs: sum.firstMs,
        tokensPerSecond: completionTokens !== null && seconds > 0.001 ? completionTokens / seconds : 0,
        weights: remoteIdentity(target),
        kind: 'writes',
        remote: {
          endpoint: target.name,
          host: hostOf(target.baseUrl),
          reach: reachOf(target.baseUrl),
          model: redacted(answers[0].model ?? target.model, target.key).slice(0, 300),
          completionTokens,
          left: [...left],
          waitedMs: Math.round(sum.waitedMs),
        },
      },
    };
  }

  async #exchange(
    target: RemoteTarget,
    asked: RemoteRequest,
    answer: RemoteAnswer,
    signal: AbortSignal,
    { sent, waited, told }: { sent(): void; waited(ms: number): void; told: RemoteHooks['waiting'] },
  ): Promise<void> {
    const server = new URL(target.baseUrl).origin;
    for (let times = 0; ;) {
      waited(await this.#waits.over(server, signal, told));
      signal.throwIfAborted();
      sent();
      const response = await request(target, asked.path, asked.body, signal, this.#limits);
      const { status, headers } = response;
      if (status >= 200 && status < 300) {
        return read(target, response, answer);
      }
      const body = await response.beginning();
      const said = saidOf(body, target);
      const ms = patience(status, headers, times);
      if (ms !== null) {
        times++;
        this.#waits.put(server, { until: Date.now() + ms, reason: `${status}${said && `: ${said}`}` });
      } else if (!((status === 400 || status === 422) && asked.yieldTo(body))) {
        throw statusError(target, status, said, retryAfter(headers));
      }
    }
  }
}

async function read(target: RemoteTarget, response: RemoteResponse, answer: RemoteAnswer): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  if (/\bjson\b/.test(type)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of response.bytes) pieces.push(piece);
    take(target, Buffer.concat(pieces).toString('utf8'), answer);
    return;
  }
  if (!/^text\/event-stream\b/.test(type)) {
    response.close();
    throw malformedError(target, `with "${redacted(type, target.key).slice(0, 80)}"`, '');
  }
  let whole = false;
  for await (const data of eventsOf(response.bytes)) {
    whole = data.trim() === '[DONE]';
    if (whole) break;
    take(target, data, answer);
  }
  if (!whole && !answer.ended) throw connectionError(target, null, true);
}

function take(target: RemoteTarget, data: string, answer: RemoteAnswer): void {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw malformedError(target, 'with something that is no JSON', data);
  }
  if (asObject(value)?.error) throw brokenError(target, saidOf(data, target));
  if (!answer.take(value)) throw malformedError(target, 'with something that is no piece of a text', data);
}

function writtenText(row: RemoteAnswer['rows'][number] | undefined, logprobs: boolean): WrittenText {
  return {
    text: textOr(row?.text),
    tokens: [],
    finish: row ? (row.finish ?? 'stopped') : 'stopped',
    choices: logprobs && row && row.choices.length > 0 ? row.choices : null,
  };
}

const totalOf = (counts: readonly (number | null)[]): number | null =>
  counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
