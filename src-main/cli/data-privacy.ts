import type { Command } from 'commander';
import { personalKinds, type AnonymityReport, type PrivacyReport, type Remedy } from '../shared/privacy.ts';
import { readVersion } from './data-reader.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table } from './format.ts';
import { integer, withCommon } from './options.ts';

interface Options extends CommonOptions {
  columns?: string[];
  k: number;
}

export function addDataPrivacy(data: Command, context: CommandContext): void {
  withCommon(data.command('privacy'))
    .description('tell which columns hold personal data, and how well single rows hide among others')
    .argument('<name>', "the dataset's name, its id or the beginning of it, or a version's id")
    .option('--columns <list>', 'also: k-anonymity over these columns, with commas (age,sex,postcode)', list)
    .option('--k <n>', 'how many rows should be alike in them at least', integer(2, 1_000_000), 5)
    .addHelpText(
      'after',
      `
Personal data is told by its form and checksum: e-mail addresses, phone numbers, IBANs (mod 97), payment cards (issuer and Luhn), Chinese
resident ids (mod 11-2), US social security numbers, ids of other countries by their check digits (BR, FR, IT, NO, SE, FI, IN, HK;
ES, PL, NL where they are called so; KR and GB by their form), IP addresses. Names of people are told by English words and sentences alone, in up to
2,000 cells of a column ("looked"): a guess, which counts from 2 % of the cells on. Of more than 200,000 rows so many are looked at, spread evenly. Of a column of numbers only counts what half of its cells are. Examples show their ends alone.
A recipe conceals what is found: --add personal --set how=mask|hash|remove (names: --set kinds=name, or with others), or --add drop. What was imported stays in the workspace.

k-anonymity: the least number of rows that are alike in all the columns. Suggested are steps of a recipe that make values coarser:
bands (numbers), coarse-dates, rare (few rows become "other") and prefix (codes), just coarse enough together, and what each gives alone.

JSON: one line per column that holds some {"column","type","role","present","found":[{"kind","rows","examples","looked"?}],"looked","samples"};
      with --columns one more {"anonymity":{"columns","wanted","samples","k","groups","exposed","worst":[{"values","rows"}],
      "remedies":[{"column","kind","settings","k","exposed"}],"together":{"k","exposed"}|null}}; "exposed": rows in groups of fewer
      than "wanted"

Examples:
  $ atelier data privacy customers
  $ atelier data privacy adult --columns age,sex,native-country --k 10
  $ atelier data recipe customers --add personal --set columns=note,contact --set how=hash`,
    )
    .action((name: string, options: Options) => privacy(new Session(context, 'data privacy', options), name, options));
}

async function privacy(session: Session, name: string, { columns, k }: Options): Promise<void> {
  await readVersion(session, name, async (reader, blobs, { manifest }) => {
    tellFound(session, name, await reader.privacy(blobs, manifest));
    if (columns) tellAnonymity(session, name, await reader.anonymity(blobs, manifest, columns, k));
  });
}

function tellFound({ out }: Session, name: string, { samples, looked, columns }: PrivacyReport): void {
  for (const column of columns) out.record({ ...column, looked, samples });
  if (columns.length === 0) out.text('No personal data was found.');
  else {
    const named = columns.some(({ found }) => found.some(({ kind }) => kind === 'name'));
    const lines = columns.flatMap(({ column, present, found }) =>
      found.map(({ kind, rows, looked: of = present, examples }) => [
        column,
        kind,
        count(rows),
        `${((100 * rows) / of).toFixed(1)} %`,
        examples.join('  '),
      ]),
    );
    out.text(table([['COLUMN', 'KIND', 'ROWS', 'SHARE', 'FOR EXAMPLE'], ...lines]));
    out.note(
      `Conceal it: atelier data recipe ${name} --add personal --set columns=${columns.map(({ column }) => column).join(',')} --set how=mask${named ? ` --set kinds=${personalKinds.join(',')}` : ''}`,
    );
  }
  if (looked < samples) out.note(`Looked at ${count(looked)} of ${count(samples)} rows.`);
}

function tellAnonymity({ out }: Session, name: string, report: AnonymityReport): void {
  const { columns, wanted, samples, k, groups, exposed, worst, remedies, together } = report;
  out.record({ anonymity: report });
  out.text(
    `\nk = ${count(k)} over ${columns.join(', ')}: ${count(groups)} groups; ${count(exposed)} of ${count(samples)} rows are alike with fewer than ${count(wanted)} in all.`,
  );
  if (worst.length > 0) {
    out.text(
      table([
        [...columns, 'ROWS'],
        ...worst.map(({ values, rows }) => [...values.map((each) => each ?? '–'), count(rows)]),
      ]),
    );
  }
  if (remedies.length > 0) {
    const lines = remedies.map((remedy) => [wordsOf(remedy), count(remedy.k), count(remedy.exposed)]);
    if (together && remedies.length > 1) lines.push(['all of these', count(together.k), count(together.exposed)]);
    out.text(`\n${table([['WITH', 'K', 'ROWS EXPOSED'], ...lines])}`);
    out.note(`Add a step: atelier data recipe ${name} --add ${wordsOf(remedies[0])}`);
  }
}

const wordsOf = ({ kind, settings }: Remedy): string =>
  `${kind} ${Object.entries(settings)
    .map(([key, value]) => `--set ${key}=${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(' ')}`;

const list = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
