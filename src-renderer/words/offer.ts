import type { ImportOffer } from '../../src-main/shared/job.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

/** "412 images in 6 folders → new dataset": what an import would do, before it is done. */
export function offerSentence(offer: ImportOffer): string {
  const files = { count: offer.files, n: format.integer(offer.files) };
  const size = format.bytes(offer.bytes);
  switch (offer.kind) {
    case 'image-folder':
      return m.offer_images({
        images: m.images_count(files),
        folders: m.folders_count({ count: offer.folders, n: format.integer(offer.folders) }),
        size,
      });
    case 'idx':
      return m.offer_idx({ files: m.files_count(files), size });
    case 'table':
      return m.offer_table({
        columns: m.columns_count({ count: offer.columns.length, n: format.integer(offer.columns.length) }),
        files: m.files_count(files),
        size,
      });
  }
}
