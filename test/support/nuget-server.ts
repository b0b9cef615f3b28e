import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

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

export interface NugetServer {
  feed: string;
  /** The headers of each request for the package, in order. */
  asked: IncomingHttpHeaders[];
  close(): void;
}

/**
 * A feed with one package, speaking the protocol as the public one does: plain index, gzipped registration, package with ranges that
 * heeds If-Range.
 */
export async function nugetServer(
  id: string,
  version: string,
  bytes: Buffer,
  { behaviours = [], entry = {} }: { behaviours?: Behaviour[]; entry?: Record<string, unknown> } = {},
): Promise<NugetServer> {
  const asked: IncomingHttpHeaders[] = [];
  const name = id.toLowerCase();
  const json = (response: ServerResponse, value: unknown, zipped = false): void => {
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    });
    const text = JSON.stringify(value);
    response.end(zipped ? gzipSync(text) : text);
  };
  const sendPackage = (request: IncomingMessage, response: ServerResponse): void => {
    const behaviour = behaviours[asked.length] ?? {};
    const { range, 'if-range': ifRange } = request.headers;
    asked.push(request.headers);
    const elsewhere = `${base.replace('127.0.0.1', '0.0.0.0')}${request.url}`;
    if (behaviour.redirect) return void response.writeHead(302, { location: elsewhere }).end();
    if (behaviour.status) return void response.writeHead(behaviour.status).end();
    const whole = behaviour.body ?? bytes;
    const etag = behaviour.etag ?? `"${createHash('md5').update(whole).digest('hex')}"`;
    const heeded = range && !behaviour.ignoreRange && (ifRange === undefined || ifRange === etag);
    const from = heeded ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    if (from >= whole.length) return void response.writeHead(416).end();
    const rest = whole.subarray(from);
    response.writeHead(heeded ? 206 : 200, {
      ...(behaviour.chunked ? {} : { 'content-length': rest.length }),
      'accept-ranges': 'bytes',
      etag,
      ...(heeded ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
    });
    if (behaviour.silentAfter !== undefined) return void response.write(rest.subarray(0, behaviour.silentAfter));
    if (behaviour.cutAfter === undefined) return void response.end(rest);
    // In time to arrive: what the other side has not read by then is lost to it.
    response.write(rest.subarray(0, behaviour.cutAfter), () => setTimeout(() => response.destroy(), 30));
  };
  const server = createServer((request, response) => {
    switch (request.url) {
      case '/v3/index.json':
        return json(response, {
          version: '3.0.0',
          resources: [
            { '@id': `${base}/registration5/`, '@type': 'RegistrationsBaseUrl' },
            { '@id': `${base}/flat/`, '@type': 'PackageBaseAddress/3.0.0' },
          ],
        });
      case `/registration5/${name}/${version}.json`:
        return json(response, { catalogEntry: `${base}/catalog/${name}.json`, listed: true }, true);
      case `/catalog/${name}.json`:
        return json(response, {
          id,
          version,
          packageHash: createHash('sha512').update(bytes).digest('base64'),
          packageHashAlgorithm: 'SHA512',
          packageSize: bytes.length,
          ...entry,
        });
      case `/flat/${name}/${version}/${name}.${version}.nupkg`:
        return sendPackage(request, response);
      default:
        response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  return { feed: `${base}/v3/index.json`, asked, close };
}
