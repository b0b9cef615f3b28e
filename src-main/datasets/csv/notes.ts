import type { Survey } from './encoding.ts';
import type { Dialect } from './sniff.ts';
import { plural } from '../../shared/plural.ts';

const delimiterNames: Record<string, string> = {
  ',': 'comma',
  '\t': 'tab',
  ';': 'semicolon',
  '|': 'bar',
  ' ': 'space',
  ':': 'colon',
};
const encodingNames = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16 (big-endian)',
  gb18030: 'GB 18030',
  'windows-1252': 'Latin-1 (Windows-1252)',
};

/** How the file was read, and what was not. */
export function readingNotes(
  name: string,
  dialect: Dialect,
  survey: Survey,
  rejectedRows: number,
): { code: string; message: string }[] {
  const notes = [
    {
      code: 'dialect',
      message: `Read as ${encodingNames[survey.encoding]}, delimiter ${delimiterNames[dialect.delimiter] ?? `"${dialect.delimiter}"`}, ${dialect.header ? 'with' : 'without'} a header line.`,
    },
  ];
  if (survey.damaged)
    notes.push({ code: 'damaged_text', message: `${name} holds bytes that are not UTF-8; they read as "�".` });
  if (dialect.skipLines > 0 && dialect.header)
    notes.push({
      code: 'skipped_lines',
      message: `${dialect.skipLines === 1 ? 'The first line comes before the table and was' : `The first ${dialect.skipLines} lines come before the table and were`} left out.`,
    });
  if (rejectedRows > 0)
    notes.push({
      code: 'rejected',
      message: `${plural(rejectedRows, 'row could not be read and was', 'rows could not be read and were')} left out; the others were kept.`,
    });
  return notes;
}
