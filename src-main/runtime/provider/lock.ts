import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { AtelierError } from '../../shared/errors.ts';

/**
 * Does `act` while no other process does the same to `folder`. The lock is the name of a Linux socket that has no file: it goes with
 * the process, however that ends. Errors: provider_busy.
 */
export async function alone<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 32);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: `\0atelier-provider-${name}` }, resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new AtelierError(
      'provider_busy',
      'Another Atelier (a window, or a command line) is installing the CUDA provider. Wait for it to end.',
    );
  });
  try {
    return await act();
  } finally {
    server.close();
  }
}
