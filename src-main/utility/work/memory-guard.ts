import { Worker } from 'node:worker_threads';

/** Looks from a thread of its own: the one that works may be held by what it unpacks. */
const watch = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.memoryUsage.rss() > workerData) process.kill(process.pid, 'SIGKILL');
  }, 50);
`;

/** Ends this process at once should it ever take more memory than so many bytes: some files unpack to a thousand times their size. */
export function endWhenLarge(bytes: number): void {
  new Worker(watch, { eval: true, workerData: bytes }).unref();
}
