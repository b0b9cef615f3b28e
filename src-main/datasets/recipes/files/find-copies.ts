import { setImmediate } from 'node:timers/promises';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { int32s } from '../../blobs.ts';
import { derived } from '../../derived.ts';
import type { Groups } from '../../divide/groups.ts';
import { joined } from '../../leaks/across.ts';
import { sameFiles } from '../../leaks/content.ts';
import { nearImages } from '../../leaks/near-images.ts';
import { shared, type Watched } from '../../shared-work.ts';

/** What is held of an image while near ones are looked for is 300 bytes: 1.2 GB of so many. */
const mostImages = 4_000_000;
/** Increased when the same data would be judged otherwise. */
const edition = 2;

/**
 * Which images or sounds of a version are copies of one another, by what is trained on; `near`: images that are nearly so, too. Kept by content.
 * Throws `invalid_settings` where near ones are asked for of sounds, or of too many images.
 */
export async function findCopies(blobs: string, base: Manifest, near: boolean, watched: Watched = {}): Promise<Groups> {
  if (near && base.kind !== 'images') {
    throw new AtelierError('invalid_settings', 'Of sounds only exact copies are found. Choose which=exact.');
  }
  if (near && base.samples > mostImages) {
    throw new AtelierError(
      'invalid_settings',
      `${base.samples} images are too many to be compared with each other; at most ${mostImages}. Choose which=exact.`,
    );
  }
  const { images, sounds, places } = base.blobs;
  const from = {
    ...{ what: 'copies', edition, near, images, sounds, places },
    ...{ parts: base.parts, soundParts: base.soundParts, samples: base.samples, image: base.image },
  };
  return shared(`${blobs} ${JSON.stringify(from)}`, watched, async (all) => {
    const { ids } = await derived(blobs, from, ['ids'], async () => {
      const pause = async (): Promise<void> => {
        await setImmediate();
        all.signal.throwIfAborted();
      };
      const exact = await sameFiles(blobs, base, pause);
      const groups = near ? await withNear(blobs, base, exact, pause, all.progress) : exact;
      return { ids: new Uint8Array(groups.ids.buffer, groups.ids.byteOffset, groups.ids.byteLength) };
    });
    const own = int32s(ids);
    return { ids: own, count: own.reduce((most, id) => Math.max(most, id), -1) + 1 };
  });
}

/** Each picture is compared with those before it; of exact copies the first one alone. */
async function withNear(
  blobs: string,
  base: Manifest,
  exact: Groups,
  pause: () => Promise<void>,
  progress: Watched['progress'] = () => undefined,
): Promise<Groups> {
  const seen = new Uint8Array(exact.count);
  const rank = exact.ids.map((group, sample) => {
    const first = seen[group] === 0;
    seen[group] = 1;
    return first ? sample : 0;
  });
  const isExact = (a: number, b: number): boolean => exact.ids[a] === exact.ids[b];
  const { pairs } = await nearImages(blobs, base, { rank, isExact, progress, pause });
  return joined(pairs, base.samples, exact);
}
