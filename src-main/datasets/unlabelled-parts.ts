import type { ImportOffer, Unlabelled } from '../shared/work/import.ts';
import { guessTargetName } from './target.ts';
import { splitInName } from './importers/idx-pairs.ts';

type Table = Pick<ImportOffer, 'kind' | 'file' | 'columns'>;

const isTable = ({ kind, file, columns }: Table): boolean => kind === 'table' && file !== null && columns.length > 1;
const splitOf = ({ file }: Table): string | null => splitInName(file!.toLowerCase());
const lacking = (whole: Table, part: Table): string[] => whole.columns.filter((name) => !part.columns.includes(name));
const tableNames = /\.(csv|tsv|json|jsonl|parquet|xlsx)(\.gz)?$/i;
/** How answers to a competition are to be handed in, by its name: an id and a made-up answer for each row. */
export const isForm = (file: string): boolean => {
  const name = file.split('/').at(-1)!;
  return /(^|[^a-z])(sample|gender|example|benchmark)?[-_ ]?submission(?!s)/i.test(name) && tableNames.test(name);
};

/** All of its columns are the other's too, which has more. */
const isWithin = (part: Table, whole: Table): boolean =>
  part.columns.length < whole.columns.length && part.columns.every((name) => whole.columns.includes(name));

/**
 * Of tables found beside each other, which are the rows of which training table without what is to be predicted: train.csv with the target and
 * test.csv without it, as competitions have them, with a form of how to hand in the answers. By the training table's place.
 */
export function unlabelledParts(found: readonly Table[]): Map<number, Unlabelled> {
  const parts = new Map<number, Unlabelled>();
  for (const [i, whole] of found.entries()) {
    if (!isTable(whole) || splitOf(whole) !== 'train') continue;
    const others = found.filter((part) => part !== whole && isTable(part));
    const tests = others.filter((part) => isWithin(part, whole) && splitOf(part) === 'test' && !isForm(part.file!));
    if (tests.length !== 1) continue;
    const lacks = lacking(whole, tests[0]);
    // What is lacking most of the columns is something else.
    if (lacks.length > whole.columns.length / 2) continue;
    const forms = others.filter(({ file }) => isForm(file!));
    const asked = forms.flatMap((form) => form.columns.filter((name) => lacks.includes(name)));
    const target = lacks.length === 1 ? lacks[0] : (asked[0] ?? guessTargetName(lacks));
    parts.set(i, { file: tests[0].file!, lacks, target, forms: forms.map(({ file }) => file!) });
  }
  return parts;
}

/** What people should know of the rows that were not read. */
export function unlabelledNote(from: string, { file, lacks }: Unlabelled): { code: string; message: string } {
  const names = lacks.map((name) => `"${name}"`);
  const more =
    lacks.length > 1
      ? ' What those rows lack cannot be predicted from: take the others of these out of the features.'
      : '';
  return {
    code: 'unlabelled_beside',
    message: `${file} has the columns of ${from} but for ${names.join(', ')}: its rows are to be predicted, and were not imported. Have a trained run predict them: atelier predict RUN ${file} --out predictions.csv.${more}`,
  };
}

/** What people should know of the forms that were not read. */
export const formNote = (forms: readonly string[]): { code: string; message: string } => ({
  code: 'form_beside',
  message: `${forms.join(', ')} ${forms.length === 1 ? 'shows' : 'show'} how answers are handed in, with made-up ones, and ${forms.length === 1 ? 'is' : 'are'} no data: left out.`,
});
