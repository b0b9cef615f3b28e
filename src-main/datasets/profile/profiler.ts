import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Profile, StepsDone } from '../../shared/profile.ts';
import { profileVersion } from './profile.ts';

/** Works profiles out that can be stopped: a large table's takes longer than people look at it. */
export class Profiler {
  readonly #working = new Map<string, Set<AbortController>>();

  async profile(blobs: string, manifest: Manifest, progress?: (steps: StepsDone) => void): Promise<Profile> {
    const key = keyOf(manifest);
    const controller = new AbortController();
    const working = this.#working.get(key) ?? new Set();
    this.#working.set(key, working.add(controller));
    try {
      return await profileVersion(blobs, manifest, { signal: controller.signal, progress });
    } finally {
      working.delete(controller);
      if (working.size === 0) this.#working.delete(key);
    }
  }

  /** What is being worked out of this version ends with the error `stopped`. */
  stop(manifest: Manifest): null {
    const error = new AtelierError('stopped', 'Stopped. Nothing was changed.');
    for (const controller of this.#working.get(keyOf(manifest)) ?? []) controller.abort(error);
    return null;
  }
}

const keyOf = ({ blobs, columns, target }: Manifest): string => JSON.stringify([blobs, columns, target]);
