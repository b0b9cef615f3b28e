import { AtelierError } from '../shared/errors.ts';
import { howItEnded } from './run-utility.ts';
import type { SpawnUtility } from './utility.ts';

/** Looks through the whole database in a process of its own: seconds per gigabyte, during which nothing else is held up. */
export class Integrity {
  readonly #spawn: SpawnUtility;
  readonly #file: string;
  #current: Promise<string> | null = null;
  #end: (() => Promise<void>) | null = null;
  #closed = false;

  constructor(spawn: SpawnUtility, file: string) {
    this.#spawn = spawn;
    this.#file = file;
  }

  /** 'ok', or the first thing wrong. Who asks meanwhile gets the same answer. Errors: process_died; closing. */
  check(): Promise<string> {
    if (this.#closed) return Promise.reject(closing());
    return (this.#current ??= this.#look().finally(() => (this.#current = this.#end = null)));
  }

  /** Ends the look that is under way, which fails with `closing`; resolves when its process has let go of the file. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end?.();
  }

  #look(): Promise<string> {
    return new Promise((resolve, reject) => {
      const handle = this.#spawn('integrity');
      let output = '';
      const gone = new Promise<void>((ended) =>
        handle.onExit((exit) => {
          const lines = output.trim().split('\n').slice(-10);
          const message = `The process that looks through the database ${howItEnded(exit)} before it was done. Nothing was changed; try again.`;
          reject(this.#closed ? closing() : new AtelierError('process_died', message, lines));
          ended();
        }),
      );
      handle.onOutput((text) => (output = (output + text).slice(-2000)));
      handle.onMessage((found) => {
        resolve(found as string);
        handle.kill();
      });
      this.#end = () => {
        handle.kill();
        return gone;
      };
      handle.post(this.#file);
    });
  }
}

const closing = (): AtelierError => new AtelierError('closing', 'Atelier is closing.');
