import { AtelierError } from '../shared/errors.ts';

/**
 * What is opened or run here comes encrypted, or from this machine itself: also where the answer leads elsewhere. A header that says who
 * asks does not go along to another host (Fetch standard, HTTP-redirect fetch, 13). Aborted by `signal` it throws that signal's reason; by `until`, no_connection.
 * @param missing what is thrown of an address that cannot be it
 */
export async function fetchSafely(
  url: string,
  signal: AbortSignal,
  {
    until,
    headers,
    missing,
  }: { until: AbortSignal; headers?: Record<string, string>; missing: (why: string) => AtelierError },
): Promise<Response> {
  if (!isSafe(url)) throw missing(`${url} is no encrypted address`);
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.any([signal, until]), headers });
  } catch (error) {
    signal.throwIfAborted();
    if (until.aborted) throw noConnection(url, 'it does not answer');
    const { cause, message } = error as Error;
    throw noConnection(url, cause instanceof Error ? cause.message : message);
  }
  if (!isSafe(response.url)) throw missing(`${response.url} is no encrypted address`);
  return response;
}

function isSafe(url: string): boolean {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (protocol === 'https:') return true;
  return protocol === 'http:' && /^(127[.]0[.]0[.]1|localhost|\[::1\])$/.test(hostname);
}

export const noConnection = (url: string, why: string): AtelierError =>
  new AtelierError(
    'no_connection',
    `${new URL(url).host} could not be reached (${why}). What was downloaded is kept: try again when there is a connection.`,
  );
