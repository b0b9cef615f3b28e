import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AtelierError } from '../shared/errors.ts';

/**
 * Does `act` while no other process of this machine does the same to `folder`, else throws what `busy` makes. The lock is the name of a local
 * socket, which goes with the process, however that ends: on Linux one that has no file, on Windows a pipe; elsewhere a file may stay,
 * and nobody answers there.
 */
export async function alone<T>(folder: string, busy: () => AtelierError, act: () => Promise<T>): Promise<T> {
  const name = `atelier-download-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  const own = { linux: `\0${name}`, win32: `\\\\.\\pipe\\${name}` }[process.platform as string];
  const path = own ?? join(tmpdir(), `${name}.sock`);
  if (!own && !(await answers(path))) rmSync(path, { force: true });
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' || error.code === 'EACCES' ? busy() : error;
  });
  try {
    return await act();
  } finally {
    server.close();
  }
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
