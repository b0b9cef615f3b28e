import type { OriginalsReport } from '../shared/dataset.ts';
import { count } from './format.ts';

/** One line on files that were left where they were; null where all are there as they were. */
export function lostWords({ files, missing, changed, unsure, folders }: OriginalsReport): string | null {
  const parts = [
    missing > 0 ? `${count(missing)} missing` : '',
    changed > 0 ? `${count(changed)} changed` : '',
    unsure > 0 ? `${count(unsure)} of another date, not compared` : '',
  ].filter(Boolean);
  if (parts.length === 0) return null;
  return `Of ${count(files)} image files in ${folders.join(', ')}: ${parts.join(', ')}. What is trained on is stored and stays.`;
}

/** What can be done about it. */
export const lostHelp = (name: string): string =>
  `Moved files are found by: atelier data relink "${name}" FOLDER. Changed ones are taken in by: atelier import --into "${name}"`;
