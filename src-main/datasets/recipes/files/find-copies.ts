import { setImmediate } from 'node:timers/promises';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { int32s } from '../../blobs.ts';
import { derived } from '../../derived.ts';
import type { Groups } from '../../divide/groups.ts';
import { joined } from '../../leaks/across.ts';
import { sameFiles } from '../../leaks/content.ts';
import { nearImages } from '../../leaks/near-images.ts';

const mostImages = 200_000;
/** Increased when the same data would be judged otherwise. */
const edition = 1;

/** Of a version that is being looked at, so that a preview asked for again does not begin anew. */
const underWay = new Map<string, Promise<Groups>>();

/**
 * Which images or sounds of a version are copies of one another, by what is trained on; `near`: images that are nearly so, too. Kept by content.
 * Throws `invalid_settings` where near ones are asked for of sounds, or of too many images.
 */
export async function findCopies(blobs: string, base: Manifest, near: boolean, signal?: AbortSignal): Promise<Groups> {
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
  // What a job asks for ends with the job; a preview's work serves the next one.
  if (signal) return groupsOf(blobs, base, near, from, signal);
  const key = `${blobs} ${JSON.stringify(from)}`;
  const running = underWay.get(key);
  if (running) return running;
  const started = groupsOf(blobs, base, near, from).finally(() => underWay.delete(key));
  underWay.set(key, started);
  return started;
}

async function groupsOf(
  blobs: string,
  base: Manifest,
  near: boolean,
  from: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<Groups> {
  const { ids } = await derived(blobs, from, ['ids'], async () => {
    const pause = async (): Promise<void> => {
      signal?.throwIfAborted();
      await setImmediate();
    };
    const exact = await sameFiles(blobs, base, pause);
    const groups = near ? await withNear(blobs, base, exact, pause) : exact;
    return { ids: new Uint8Array(groups.ids.buffer, groups.ids.byteOffset, groups.ids.byteLength) };
  });
  const own = int32s(ids);
  return { ids: own, count: own.reduce((most, id) => Math.max(most, id), -1) + 1 };
}

/** Each picture is compared with those before it; of exact copies the first one alone. */
async function withNear(blobs: string, base: Manifest, exact: Groups, pause: () => Promise<void>): Promise<Groups> {
  const seen = new Uint8Array(exact.count);
  const rank = exact.ids.map((group, sample) => {
    const first = seen[group] === 0;
    seen[group] = 1;
    return first ? sample : 0;
  });
  const isExact = (a: number, b: number): boolean => exact.ids[a] === exact.ids[b];
  const { pairs } = await nearImages(blobs, base, rank, isExact, () => {}, pause, mostImages);
  return joined(pairs, base.samples, exact);
}
