import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** How the server treats one request for the package: cut after so many bytes, say. */
export interface Behaviour {
  cutAfter?: number;
  /** Sends so many bytes, and then nothing. */
  silentAfter?: number;
  ignoreRange?: boolean;
  status?: number;
  /** Sends this instead. */
  body?: Buffer;
  /** Without telling its length first. */
  chunked?: boolean;
  etag?: string;
  /** To this machine by an address that does not say so. */
  redirect?: boolean;
}

/** Answers with a file as a server of files does: in ranges, heeding If-Range. `elsewhere`: where `redirect` leads. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  { elsewhere, ...behaviour }: Behaviour & { elsewhere?: string } = {},
): void {
  const { range, 'if-range': ifRange } = request.headers;
  if (behaviour.redirect) return void response.writeHead(302, { location: elsewhere }).end();
  if (behaviour.status) return void response.writeHead(behaviour.status).end();
  const whole = behaviour.body ?? bytes;
  const etag = behaviour.etag ?? `"${createHash('md5').update(whole).digest('hex')}"`;
  const heeded = range && !behaviour.ignoreRange && (ifRange === undefined || ifRange === etag);
  const from = heeded ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
  if (from >= whole.length && whole.length > 0) return void response.writeHead(416).end();
  const rest = whole.subarray(from);
  response.writeHead(heeded ? 206 : 200, {
    ...(behaviour.chunked ? {} : { 'content-length': rest.length }),
    'accept-ranges': 'bytes',
    etag,
    ...(heeded ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
  });
  if (behaviour.silentAfter !== undefined) return void response.write(rest.subarray(0, behaviour.silentAfter));
  if (behaviour.cutAfter === undefined) return void response.end(rest);
  // In time to arrive, on a busy machine too: what the other side has not read by then is lost to it, reset or closed.
  response.write(rest.subarray(0, behaviour.cutAfter), () => setTimeout(() => response.destroy(), 300));
}
