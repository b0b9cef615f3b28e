import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { sendFile, type Behaviour } from './send-file.ts';

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
    asked.push(request.headers);
    sendFile(request, response, bytes, {
      ...behaviour,
      elsewhere: `${base.replace('127.0.0.1', '0.0.0.0')}${request.url}`,
    });
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
