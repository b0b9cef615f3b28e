import type { Readable } from '../../db/connection.ts';
import { getVersion } from '../../db/datasets.ts';
import { labelClasses, type Labelling } from '../../db/labellings.ts';
import { csvLine } from '../../shared/csv-line.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { VersionId } from '../../shared/ids.ts';
import { unpackJudged, type Judged } from '../../shared/judged.ts';
import { isJudgedKind, settledStates, type LabelState, type SampleLabel } from '../../shared/labels.ts';
import type { Reader } from '../reader.ts';
import { writeWholeFile } from '../whole-file.ts';
import { eachLabel } from './as-it-stands.ts';

export const judgedFormats = ['jsonl', 'csv'] as const;
export type JudgedFormat = (typeof judgedFormats)[number];

export interface JudgedExport {
  path: string;
  format: JudgedFormat;
  /** Labelled and reviewed ones where left out. */
  states?: readonly LabelState[];
}

const perPage = 200;
type Line = Record<string, string | number | null>;

/**
 * Writes judgements with what was judged, a line a sample. Of pairs: the prompt, the answer that was chosen and the one that was rejected (as
 * trainers on preferences read them; neither where it is a tie or both are bad), both answers and the preference. Of ratings: prompt, answer and
 * rating. How many there are. A file that is there is kept until the new one is whole. Throws `kind_unfit`.
 */
export async function writeJudged(
  db: Readable,
  blobs: string,
  reader: Pick<Reader, 'pick'>,
  log: Labelling,
  version: VersionId,
  { path, format, states = settledStates }: JudgedExport,
): Promise<number> {
  if (!isJudgedKind(log.kind) || log.target === null) {
    throw new AtelierError('kind_unfit', 'In this labelling no answers are judged. Open one of pairs or ratings.');
  }
  const { manifest } = getVersion(db, version);
  const judged = unpackJudged(log.target);
  const lineOf = log.kind === 'pair' ? pairLine : ratingLine;
  const names = new Map(labelClasses(db, log.key).map(({ id, name }) => [id, name]));
  const said = [...eachLabel(db, log)].filter(({ label }) => states.includes(label.state));
  async function* written(): AsyncGenerator<string> {
    if (format === 'csv') yield `${csvLine(Object.keys(lineOf(0, null, [null, null, null], said[0]?.label)))}\n`;
    for (let at = 0; at < said.length; at += perPage) {
      const some = said.slice(at, at + perPage);
      const { rows = [] } = await reader.pick(
        blobs,
        manifest,
        some.map(({ sample }) => sample),
      );
      const lines = some.map(({ sample, label }, i) => {
        const cells = cellsOf(manifest, judged, rows[i] ?? []);
        const line = lineOf(sample, names.get(label.classes[0]) ?? null, cells, label);
        return format === 'csv' ? csvLine(Object.values(line)) : JSON.stringify(line);
      });
      yield `${lines.join('\n')}\n`;
    }
  }
  await writeWholeFile(path, written());
  return said.length;
}

/** The prompt's, then the answers'. */
function cellsOf({ columns }: Manifest, { prompt, answers }: Judged, row: readonly (string | null)[]) {
  const cell = (name: string | null) => row[columns.findIndex((column) => column.name === name)] ?? null;
  return [cell(prompt), ...answers.map(cell)];
}

const rest = (label: SampleLabel | undefined): Line => ({
  state: label?.state ?? null,
  confidence: label?.confidence ?? null,
  note: label?.note ?? '',
});

/** With the answers A and B. */
export function pairLine(
  sample: number,
  preference: string | null,
  [prompt, a, b]: readonly (string | null)[],
  label?: SampleLabel,
): Line {
  const [chosen, rejected] = preference === 'A' ? [a, b] : preference === 'B' ? [b, a] : [null, null];
  return { sample, prompt, chosen, rejected, preference, answer_a: a, answer_b: b, ...rest(label) };
}

export function ratingLine(
  sample: number,
  rating: string | null,
  [prompt, answer]: readonly (string | null)[],
  label?: SampleLabel,
): Line {
  return { sample, prompt, answer, rating: rating === null ? null : Number(rating), ...rest(label) };
}
