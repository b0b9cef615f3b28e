import { AtelierError } from '../shared/errors.ts';
import type { RemoteTarget } from '../shared/remote.ts';

/** What goes wrong on the way to a model elsewhere, in words; nothing that is said here holds the key. */

type Asked = Pick<RemoteTarget, 'name' | 'baseUrl' | 'model' | 'key'>;

/** A server's own words at most; they stand in one line. */
const mostSaid = 300;

/** Texts of a server with the key taken out, should it repeat it. */
export function redacted(text: string, key: string | null): string {
  if (!key) return text;
  const spellings = [key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)];
  return [...new Set(spellings)].reduce((all, one) => all.replaceAll(one, '[key]'), text);
}

const placeOf = ({ name, baseUrl }: Asked): string => `${name} (${new URL(baseUrl).host})`;

/** What an answer's body says of an error: OpenAI's `{"error":{"message"}}`, FastAPI's `detail`, or a plain text. */
export function saidOf(body: string, { key }: Pick<Asked, 'key'>): string {
  let text = body;
  try {
    const value = JSON.parse(body) as Record<string, unknown> | null;
    const error = value?.error ?? value?.detail ?? value?.message;
    const message = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error;
    text = typeof message === 'string' ? message : JSON.stringify(error ?? value);
  } catch {
    // A page of a proxy, say: its tags tell nothing.
    if (/^\s*</.test(body)) text = body.replace(/<(style|script)[^]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  }
  const line = redacted(text, key)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > mostSaid ? `${line.slice(0, mostSaid)}…` : line;
}

const quoted = (said: string): string => (said === '' ? '' : ` It says: "${said}"`);

/** An answer that is none, by its status. `said`: as `saidOf` leaves it. `retryMs`: how long it asks to be left alone. */
export function statusError(asked: Asked, status: number, said: string, retryMs: number | null = null): AtelierError {
  const place = placeOf(asked);
  const keyed = asked.key !== null;
  if (status === 401 || status === 403) {
    const what =
      status === 401
        ? keyed
          ? 'does not take the key. Replace it under Settings → Remote models'
          : 'wants a key. Give it under Settings → Remote models'
        : 'does not allow this, as the key is asked for it. Look at what the key is allowed there';
    return new AtelierError(
      status === 401 ? 'remote_unauthorized' : 'remote_forbidden',
      `${place} ${what}.${quoted(said)}`,
    );
  }
  if (status === 404)
    return new AtelierError(
      'remote_not_found',
      `${place} knows no model "${asked.model}", or nothing is at this address, which usually ends in /v1. Test it under Settings → Remote models.${quoted(said)}`,
    );
  if (status === 429) {
    const later = retryMs === null ? 'later' : `in ${Math.ceil(retryMs / 1000)} s`;
    return new AtelierError(
      'remote_busy',
      `${place} takes no more requests now: too many were made, or the account has nothing left. Try again ${later}.${quoted(said)}`,
    );
  }
  if (status === 413) return new AtelierError('remote_refused', `The prompt is too long for ${place}.${quoted(said)}`);
  if (status >= 500)
    return new AtelierError('remote_failed', `${place} failed (${status}). Try again in a while.${quoted(said)}`);
  return new AtelierError('remote_refused', `${place} refused the request (${status}).${quoted(said)}`);
}

/** That a server says within an answer that went wrong. */
export const brokenError = (asked: Asked, said: string): AtelierError =>
  new AtelierError('remote_failed', `${placeOf(asked)} broke off. What came is kept.${quoted(said)}`);

/** Where a request came to no answer, or an answer to no end. */
export function connectionError(asked: Asked, error: unknown, begun: boolean): AtelierError {
  const place = placeOf(asked);
  const codes = codesOf(error);
  const has = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  if (has(/CERT|SELF_SIGNED|TLS|SSL|UNABLE_TO_|EPROTO|ISSUER/))
    return new AtelierError(
      'remote_tls',
      `The connection to ${place} is not safe (${codes[0]}): its certificate is not one that this machine trusts, or it does not speak TLS. Nothing was sent.`,
    );
  if (begun)
    return new AtelierError(
      'remote_cut',
      `The connection to ${place} was cut before the answer was whole. What came is kept.`,
    );
  const why = has(/ENOTFOUND|EAI_AGAIN/)
    ? 'there is no machine of this name, or no connection to the network'
    : has(/ECONNREFUSED/)
      ? 'nothing listens there. Is its server running'
      : has(/TIMEOUT|ETIMEDOUT/i)
        ? 'it does not answer'
        : has(/UND_ERR_SOCKET|ECONNRESET|EPIPE/)
          ? 'it cut the connection without an answer'
          : (codes[0] ?? 'the connection failed');
  return new AtelierError('remote_unreachable', `${place} could not be reached: ${why}.`);
}

/** Codes of an error and what caused it, outermost first. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let one: unknown = error, depth = 0; one instanceof Error && depth < 5; depth++) {
    const { code, cause, errors } = one as Error & { code?: unknown; errors?: unknown[] };
    if (typeof code === 'string') codes.push(code);
    one = cause ?? errors?.[0];
  }
  return codes;
}

export const silentError = (asked: Asked, seconds: number, begun: boolean): AtelierError =>
  new AtelierError(
    'remote_silent',
    begun
      ? `${placeOf(asked)} fell silent for ${seconds} s before the answer was whole. What came is kept.`
      : `${placeOf(asked)} did not answer within ${seconds} s.`,
  );

export const malformedError = (asked: Asked, what: string, sample: string): AtelierError =>
  new AtelierError(
    'remote_malformed',
    `${placeOf(asked)} answered ${what}, which is not as OpenAI's interface has it. Look at the address: it usually ends in /v1.${quoted(saidOf(sample.slice(0, 2000), asked))}`,
  );

export const redirectError = (asked: Asked, to: string): AtelierError =>
  new AtelierError(
    'remote_redirect',
    `${placeOf(asked)} sends requests on to ${to}, where nothing was sent. If that is right, give that address under Settings → Remote models.`,
  );

export const tooLargeError = (asked: Asked, megabytes: number): AtelierError =>
  new AtelierError(
    'remote_too_large',
    `${placeOf(asked)} sent more than ${megabytes} MB, and was not listened to any longer. What came before is kept.`,
  );

/** After these no other request to the same model would fare better. */
const lasting = new Set([
  ...['remote_unauthorized', 'remote_forbidden', 'remote_not_found', 'remote_tls', 'remote_unreachable'],
  ...['remote_redirect', 'remote_malformed', 'remote_busy', 'remote_unavailable'],
]);
export const isLasting = (error: unknown): boolean => error instanceof AtelierError && lasting.has(error.code);
