import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { EpochFiles } from './epoch-files.svelte.ts';

/** What a run's model made, epoch by epoch, as PNGs. */
export class RunPictures extends EpochFiles<Uint8Array> {
  constructor(through: Studio = studio) {
    super({
      epochs: (id) => through.call('runs.pictures', { id }),
      file: (id, epoch) => through.call('runs.picture', { id, epoch }),
    });
  }

  /** While another is on its way, the one before. */
  get picture(): { epoch: number; png: Uint8Array } | null {
    return this.file && { epoch: this.file.epoch, png: this.file.made };
  }
}
