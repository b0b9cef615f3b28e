import type { RemoteTarget } from '../shared/remote.ts';
import { connectionError, redirectError, silentError, tooLargeError } from './failures.ts';

export interface RequestLimits {
  /** Milliseconds without a byte after which a server counts as gone; a large prompt takes long to be read. */
  silentMs: number;
  /** Of an answer, unpacked. */
  mostBytes: number;
}
export const usualLimits: RequestLimits = { silentMs: 300_000, mostBytes: 64 * 2 ** 20 };
/** Of an answer that says what is wrong. */
const mostErrorBytes = 64 * 2 ** 10;
const mostRedirects = 3;

export interface RemoteResponse {
  status: number;
  headers: Headers;
  /** As they come. Errors: remote_cut, remote_silent, remote_too_large, and the signal's reason. */
  bytes: AsyncIterable<Uint8Array>;
  /** The beginning of it, for what is said of an error. */
  beginning(): Promise<string>;
  /** Nothing more is wanted of it. */
  close(): void;
}

/**
 * One request to an endpoint; with a body it is a POST. It goes nowhere but to the endpoint's own host, whatever that answers. Errors:
 * remote_unreachable, remote_tls, remote_silent, remote_redirect, and the signal's reason.
 */
export async function request(
  target: RemoteTarget,
  path: string,
  body: unknown,
  signal: AbortSignal,
  { silentMs, mostBytes }: RequestLimits = usualLimits,
): Promise<RemoteResponse> {
  const silence = new AbortController();
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silentMs);
  };
  let begun = false;
  const failed = (error: unknown): unknown => {
    clearTimeout(timer);
    if (signal.aborted) return signal.reason;
    return silence.signal.aborted ? silentError(target, silentMs / 1000, begun) : connectionError(target, error, begun);
  };
  const any = AbortSignal.any([signal, silence.signal, ended.signal]);
  heard();
  let response: Response;
  try {
    response = await follow(target, path, body, any);
  } catch (error) {
    throw isOurs(error) ? (clearTimeout(timer), error) : failed(error);
  }
  heard();
  const close = (): void => {
    clearTimeout(timer);
    ended.abort();
  };
  async function* bytes(): AsyncGenerator<Uint8Array, void, void> {
    let count = 0;
    try {
      for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
        heard();
        begun = true;
        count += chunk.length;
        if (count > mostBytes) throw tooLargeError(target, mostBytes / 2 ** 20);
        yield chunk;
      }
    } catch (error) {
      throw isOurs(error) ? error : failed(error);
    } finally {
      close();
    }
  }
  return {
    status: response.status,
    headers: response.headers,
    bytes: bytes(),
    close,
    async beginning() {
      const pieces: Uint8Array[] = [];
      let count = 0;
      try {
        for await (const piece of bytes()) {
          pieces.push(piece);
          if ((count += piece.length) > mostErrorBytes) break;
        }
      } catch (error) {
        // Its status says the most of it.
        if (signal.aborted) throw error;
      }
      return Buffer.concat(pieces).toString('utf8', 0, mostErrorBytes);
    },
  };
}

const isOurs = (error: unknown): boolean => error instanceof Error && error.name === 'AtelierError';

/** Only along redirects that keep the method and stay with the same host, port and scheme (RFC 9110, 15.4.8 and 15.4.9). */
async function follow(target: RemoteTarget, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
  const { origin } = new URL(target.baseUrl);
  let url = `${target.baseUrl}${path}`;
  for (let times = 0; ; times++) {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: body === undefined ? 'application/json' : 'text/event-stream, application/json',
        'user-agent': 'Atelier',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(target.key !== null && { authorization: `Bearer ${target.key}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal,
    });
    if (response.status < 300 || response.status >= 400) return response;
    const location = response.headers.get('location');
    await response.body?.cancel();
    const to = location !== null && URL.canParse(location, url) ? new URL(location, url) : null;
    const keeps = response.status === 307 || response.status === 308 || body === undefined;
    if (!to || to.origin !== origin || !keeps || times >= mostRedirects)
      throw redirectError(target, to ? `${to.origin}${to.pathname}`.slice(0, 200) : 'nowhere');
    url = to.href;
  }
}
