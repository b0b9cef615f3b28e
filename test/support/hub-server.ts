import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { sendFile, type Behaviour } from './send-file.ts';

export interface HubServer {
  endpoint: string;
  /** Each request: its path, and the headers that came with it. */
  asked: { path: string; headers: IncomingHttpHeaders }[];
  /** Takes its place on the same port of the same commit. */
  close(): void;
}

export const hubCommit = '0123456789abcdef0123456789abcdef01234567';

/**
 * A hub with one model, which speaks as Hugging Face's does: GET /api/models/{id}/revision/{revision}?blobs=true, and
 * /{id}/resolve/{commit}/{path}, which for large files leads on to another place.
 * @param options.files path → content; .onnx and .safetensors are the large ones
 */
export async function hubServer({
  id,
  files,
  info = {},
  behaviours = {},
  token,
}: {
  id: string;
  files: Readonly<Record<string, Buffer>>;
  /** More of what it says of the model. */
  info?: Record<string, unknown>;
  /** By path: how each request for it is treated, in order. */
  behaviours?: Readonly<Record<string, Behaviour[]>>;
  /** Only with this one files are given. */
  token?: string;
}): Promise<HubServer> {
  const asked: HubServer['asked'] = [];
  const times = new Map<string, number>();
  const isLarge = (path: string): boolean => /[.](?:onnx|onnx_data|safetensors)$/.test(path);
  const siblings = Object.entries(files).map(([path, bytes]) => ({
    rfilename: path,
    size: bytes.length,
    blobId: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
    ...(isLarge(path)
      ? { lfs: { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 130 } }
      : {}),
  }));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://hub');
    asked.push({ path: pathname, headers: request.headers });
    const json = (status: number, value: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (new RegExp(`^/api/models/${id}/revision/(?:main|v1|${hubCommit})$`).test(pathname)) {
      return json(200, { id, sha: hubCommit, gated: false, tags: [], siblings, ...info });
    }
    if (pathname.startsWith('/api/')) return json(pathname.includes('/hidden') ? 401 : 404, { error: 'not found' });
    const [, resolved] = new RegExp(`^/${id}/resolve/${hubCommit}/(.+)$`).exec(pathname) ?? [];
    const path = resolved ?? /^\/cdn\/(.+)$/.exec(pathname)?.[1];
    if (path === undefined || !(path in files)) return json(404, {});
    if (resolved && token && request.headers.authorization !== `Bearer ${token}`) return json(401, {});
    if (resolved && isLarge(path)) return void response.writeHead(302, { location: `/cdn/${path}` }).end();
    const time = times.get(path) ?? 0;
    times.set(path, time + 1);
    sendFile(request, response, files[path], behaviours[path]?.[time]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}
