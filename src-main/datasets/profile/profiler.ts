import type { Manifest } from '../../shared/dataset.ts';
import type { Profile, StepsDone } from '../../shared/profile.ts';
import { Stoppable } from '../stoppable.ts';
import { profileVersion } from './profile.ts';

/** Works profiles out that can be stopped: a large table's takes longer than people look at it. */
export class Profiler {
  readonly #working = new Stoppable();

  profile(blobs: string, manifest: Manifest, progress?: (steps: StepsDone) => void): Promise<Profile> {
    return this.#working.run(keyOf(manifest), (signal) => profileVersion(blobs, manifest, { signal, progress }));
  }

  /** What is being worked out of this version ends with the error `stopped`. */
  stop(manifest: Manifest): null {
    return this.#working.stop(keyOf(manifest));
  }
}

const keyOf = ({ blobs, columns, target }: Manifest): string => JSON.stringify([blobs, columns, target]);
