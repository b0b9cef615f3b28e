import type { LeakFinding } from '../../src-main/shared/leaks.ts';
import type { QualityReport } from '../../src-main/shared/quality.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

/** Words for what leak checks and runs find. */

export function leakTitle({ kind, column, pattern }: LeakFinding): string {
  const place = column ?? pattern ?? m.divide_folder();
  switch (kind) {
    case 'exact':
      return m.leak_exact();
    case 'near':
      return m.leak_near();
    case 'groups':
      return m.leak_groups({ place });
    case 'time':
      return m.leak_time({ place });
  }
}

export function leakHelp({ kind, suggested, conflicts }: LeakFinding): string {
  const help = { exact: m.leak_exact_help, near: m.leak_near_help, groups: m.leak_groups_help, time: m.leak_time_help }[
    kind
  ]();
  const more = [
    ...(suggested ? [m.leak_suggested()] : []),
    ...(conflicts > 0 ? [m.leak_conflicts({ n: format.integer(conflicts) })] : []),
  ];
  return [help, ...more].join(' ');
}

const notes: Record<string, () => string> = {
  near_not_looked_for: m.leak_note_near,
  near_not_of_sounds: m.note_near_not_of_sounds,
};
/** The main process writes them in English, with numbers and names in them. */
export const leakNote = ({ code, message }: { code: string; message: string }): string => notes[code]?.() ?? message;

export function basisWords({ basis, folds, samples, inSample }: QualityReport): string {
  const count = { count: samples, n: format.integer(samples) };
  if (basis === 'folds' && folds) {
    return m.quality_basis_folds({ ...count, covered: String(folds.covered), of: String(folds.of) });
  }
  return basis === 'all'
    ? m.quality_basis_all({ ...count, inside: format.integer(inSample) })
    : m.quality_basis_held(count);
}
