import type { OriginalsReport } from '../../src-main/shared/dataset.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

/** "Of 500 image files: 12 missing, 2 changed."; null where all are there as they were. */
export function lostWords({ files, missing, changed, unsure }: OriginalsReport): string | null {
  const lost = [
    ...(missing > 0 ? [m.originals_missing({ n: format.integer(missing) })] : []),
    ...(changed > 0 ? [m.originals_changed({ n: format.integer(changed) })] : []),
    ...(unsure > 0 ? [m.originals_unsure({ n: format.integer(unsure) })] : []),
  ];
  return lost.length === 0
    ? null
    : m.originals_lost({ files: format.integer(files), lost: lost.join(m.change_joint()) });
}
