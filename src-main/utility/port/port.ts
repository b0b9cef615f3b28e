import { drainAnswer, drainQuestion } from '../../shared/drain.ts';
import { AtelierError } from '../../shared/errors.ts';

/**
 * A utility's line to the process that started it. In the app that is Electron's `utilityProcess.fork`, on the command line
 * and in tests Node's `child_process.fork`. The latter must be given `serialization: 'advanced'`, else NaN and typed arrays are lost on the way.
 */
export interface Port<In, Out> {
  post(message: Out): void;
  /** Messages that came before the first listener are kept for it. One listener at most. */
  listen(listener: (message: In) => void): void;
  /** Resolves when what was posted has left this process, as far as can be known. */
  drain(): Promise<void>;
}

/** What `process.parentPort` looks like from inside an Electron utility; declared here so that plain Node needs no Electron types. */
interface ElectronParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** So long a parent may be busy before it answers that it has heard the last message. */
const longestDrainMs = 60_000;

/** Opens the port to the parent. When the parent goes away this process ends too: nobody is left to hear its result. */
export function openPort<In, Out>(): Port<In, Out> {
  const parentPort = (process as NodeJS.Process & { parentPort?: ElectronParentPort }).parentPort;
  if (parentPort) return electronPort<In, Out>(parentPort);
  if (process.send) return childProcessPort<In, Out>();
  throw new AtelierError('no_parent', 'This file is started by Atelier itself and does nothing on its own.');
}

// Chromium ends an orphaned utility by itself. Electron queues messages until the first listener.
function electronPort<In, Out>(parent: ElectronParentPort): Port<In, Out> {
  return {
    post: (message) => parent.postMessage(message),
    listen: (listener) =>
      parent.on('message', ({ data }) => {
        if (data !== drainAnswer) listener(data as In);
      }),
    drain: () =>
      new Promise((resolve) => {
        parent.on('message', ({ data }) => {
          if (data === drainAnswer) resolve();
        });
        setTimeout(resolve, longestDrainMs);
        parent.postMessage(drainQuestion);
      }),
  };
}

function childProcessPort<In, Out>(): Port<In, Out> {
  let undelivered = 0;
  let drained: (() => void)[] = [];
  process.on('disconnect', () => process.exit(1));
  return {
    post(message) {
      undelivered++;
      // A failed send means that the parent is gone; `disconnect` follows.
      process.send?.(message, undefined, {}, () => {
        if (--undelivered > 0) return;
        for (const resolve of drained) resolve();
        drained = [];
      });
    },
    listen: (listener) => void process.on('message', (message) => listener(message as In)),
    drain: () => (undelivered === 0 ? Promise.resolve() : new Promise((resolve) => drained.push(resolve))),
  };
}
