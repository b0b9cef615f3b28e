import { Option, type Command } from 'commander';
import { resolveDataset } from '../jobs/resolve.ts';
import { leakParams } from '../jobs/quality.ts';
import type { DatasetId, VersionId } from '../shared/ids.ts';
import type { LeakFinding, LeakQuestion, LeakReport, TogetherWish } from '../shared/leaks.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table } from './format.ts';
import { withCommon } from './options.ts';

interface Options extends CommonOptions {
  group?: string[];
  time?: string;
  fix?: TogetherWish['copies'];
  into: TogetherWish['into'];
}

export function addDataLeaks(data: Command, context: CommandContext): void {
  withCommon(data.command('leaks'))
    .description('find what is on both sides of a split: copies, near-copies, groups, time')
    .argument('<dataset>', "the dataset's name, its id or the beginning of it, or a version's id")
    .option(
      '--group <column>',
      'samples that belong together, of images a pattern of their path; may be repeated',
      (text, all: string[] = []) => [...all, text],
    )
    .option('--time <column>', 'the column that says of when a sample is (default: found by its values)')
    .addOption(
      new Option('--fix <copies>', 'make a new version with these copies in one split; near: exact ones too').choices([
        'exact',
        'near',
      ]),
    )
    .addOption(
      new Option('--into <split>', 'where copies go: that of their splits nearest to this one')
        .choices(['train', 'test'])
        .default('train'),
    )
    .addHelpText(
      'after',
      `
Copies are compared by what is learnt from: rows by their features, images by their pixels. Near-copies are texts with small edits (4-letter
shingles, Jaccard at least 0.6, found by MinHash), rows that agree in all but little (rare values weigh more; of when a row is and to whom it
belongs is left aside), images a little blurred, cropped or
brightened. Columns that look like groups by their names (patient, user_id, …) are looked at by themselves. What was found once is kept.
Groups and time are mended by dividing anew: atelier data split NAME --group COLUMN, or --time COLUMN.

JSON: {"dataset","version","held","findings":[{"kind":"exact"|"near"|"groups"|"time","column","pattern","suggested","samples":{"validation",
      "test"},"sets","conflicts","pairs":[{"other","held","likeness"}],"pairCount"}],"notes":[{"code","message"}],"fixed":{"version","number",
      "change"}|null}; samples by their number in the dataset, from 0; "pairs" holds the first 200; "held": samples of validation and test.

Examples:
  $ atelier data leaks reviews
  $ atelier data leaks scans --group patient --json
  $ atelier data leaks reviews --fix near`,
    )
    .action((dataset: string, options: Options) =>
      leaks(new Session(context, 'data leaks', options), dataset, options),
    );
}

async function leaks(session: Session, text: string, options: Options): Promise<void> {
  const { group, time, fix, into } = options;
  const question: LeakQuestion = { groups: group, time };
  if (!fix) {
    await session.read(async (store) => {
      const { dataset, version } = resolveDataset(store, text);
      const report = await session.work('leaks', text, leakParams(store, session.folder, version, question));
      tell(session, text, dataset, version, report, null);
    });
    return;
  }
  await session.own(async (studio) => {
    const { dataset, version } = resolveDataset(studio.reading, text);
    const report = await studio.reports.leaks(version, question).result;
    const made = await studio.datasets.revise({ version, together: { copies: fix, into } }).result;
    tell(session, text, dataset, version, report, { version: made.id, number: made.number, change: made.change });
  });
}

function tell(
  { out }: Session,
  text: string,
  dataset: DatasetId,
  version: VersionId,
  report: LeakReport,
  fixed: { version: VersionId; number: number; change: string } | null,
): void {
  out.record({ dataset, version, ...report, fixed });
  if (report.findings.length === 0) out.text('Nothing was found on both sides of the split.');
  else {
    const rows = report.findings.map((finding) => {
      const { sets, conflicts, samples, pairs } = finding;
      const [first] = pairs;
      return [
        kindWords(finding),
        count(samples.validation),
        count(samples.test),
        sets > 0 ? count(sets) : '–',
        conflicts > 0 ? count(conflicts) : '–',
        `${first.other} ~ ${first.held}${first.likeness < 1 ? ` (${first.likeness.toFixed(2)})` : ''}`,
      ];
    });
    out.text(table([['FOUND', 'VALIDATION', 'TEST', 'SETS', 'OTHER LABEL', 'FOR EXAMPLE'], ...rows]));
  }
  if (!fixed) for (const line of mending(text, report.findings)) out.note(line);
  for (const note of report.notes) out.note(`Note: ${note.message}`);
  if (fixed) out.text(`Version ${fixed.number} (${fixed.version}): ${fixed.change}`);
}

/** What mends each of them, as it is to be typed. */
function mending(name: string, findings: readonly LeakFinding[]): string[] {
  const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
  const near = findings.some(({ kind }) => kind === 'near');
  return findings.flatMap(({ kind, column, pattern }) => {
    switch (kind) {
      case 'exact':
      case 'near':
        // Those that are nearly so go with the exact ones.
        return near && kind === 'exact' ? [] : [`Mend it: atelier data leaks ${quoted(name)} --fix ${kind}`];
      case 'time':
        return [`Mend it: atelier data split ${quoted(name)} --split time --time ${quoted(column!)}`];
      case 'groups': {
        const by =
          column !== null ? `--group ${quoted(column)}` : pattern !== null ? `--pattern ${quoted(pattern)}` : '';
        return [`Mend it: atelier data split ${quoted(name)} --split grouped ${by}`.trimEnd()];
      }
    }
  });
}

function kindWords({ kind, column, pattern, suggested }: LeakFinding): string {
  const place = column ?? (pattern === null ? 'folder' : `/${pattern}/`);
  switch (kind) {
    case 'exact':
      return 'exact copies';
    case 'near':
      return 'near copies';
    case 'groups':
      return `groups of ${place}${suggested ? ' (by its name)' : ''}`;
    case 'time':
      return `older than training, by ${place}`;
  }
}
