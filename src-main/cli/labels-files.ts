import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { labelClasses } from '../db/labellings.ts';
import { eachLabel } from '../jobs/labels/as-it-stands.ts';
import { sampleNames } from '../jobs/labels/import-labels.ts';
import { joinClasses } from '../shared/class-sets.ts';
import { csvLine } from '../shared/csv-line.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ImportKind } from '../shared/work/import.ts';
import { labelStates, resolvedClass, settledStates, type LabelState } from '../shared/labels.ts';
import { Session, type CommandContext } from './context.ts';
import { count } from './format.ts';
import { existing, owning, tellOutcome, withLabelling, type LabelOptions } from './labelling.ts';
import { exportJudged, isJudged } from './labels-judged.ts';
import {
  exportMarks,
  importMarks,
  isMarked,
  withMarkExport,
  withMarkImport,
  type MarkExportOptions,
} from './labels-marks.ts';

export function addLabelsFiles(labels: Command, context: CommandContext): void {
  withMarkExport(withLabelling(labels.command('export')))
    .description('write labels: classes as CSV or JSON Lines, marks in the form of another program')
    .requiredOption(
      '--out <path>',
      'a file that ends in .csv or .jsonl; of marks a folder that is empty or not there yet',
    )
    .addOption(new Option('--state <state...>', 'only those (default: labelled and reviewed)').choices(labelStates))
    .addHelpText(
      'after',
      `
Columns: sample (its number, from 0), name (of a file's sample: its path in the source), state, label (several: joined by |; none of them: | alone), confidence, note.

Of marks (--kind objects, spans or segments) the forms are:
  images  coco, yolo, voc, labelme, label-studio, csv (boxes), masks (a PNG an image, whose values legend.json explains), jsonl
  texts   spacy (JSON Lines, counted in code points as Python does), conll, label-studio, csv, jsonl
  sounds  label-studio, csv, jsonl
Of pairs (--kind pair) a line has sample, prompt, chosen, rejected (neither where it is a tie or both are bad), preference (A, B, tie, both bad),
answer_a, answer_b, state, confidence, note; of ratings (--kind rating) sample, prompt, answer, rating, state, confidence, note; as jsonl or csv.
What a form has no room for is counted and told. Suggestions go out only with --state suggested.

JSON: {"path","samples"}, of judgements with "format"; of marks {"path","format","files","bytes","samples","annotations","lost":[{"what","count"}]}

Examples:
  $ atelier labels export photos --out photos-labels.csv
  $ atelier labels export cells --kind objects --format coco --out cells-coco
  $ atelier labels export chats --kind pair --format jsonl --out preferences.jsonl
  $ atelier labels export cells --kind objects --format yolo --split test --state reviewed --out cells-yolo`,
    )
    .action((dataset: string, options: MarkExportOptions) => {
      const session = new Session(context, 'labels export', options);
      if (isMarked(options)) return exportMarks(session, dataset, options);
      return isJudged(options) ? exportJudged(session, dataset, options) : exportLabels(session, dataset, options);
    });
  withMarkImport(withLabelling(labels.command('import')))
    .description('take labels from a CSV or JSON Lines file, marks from the files of another program')
    .argument(
      '<path>',
      'a file with columns (or keys) sample or name, and label (of judgements preference or rating; state and note may be there); of marks a file or folder',
    )
    .addHelpText(
      'after',
      `
What "atelier labels export" wrote can be read again. Classes that are not there are made. A file with a sample or state that is not known is refused
as a whole. All of it is one edit: "atelier labels undo" takes it back.

Marks (--kind objects, spans or segments) are read of all forms that "atelier import" knows of annotated sets, with images beside them or
without. Images are known by their names, texts by what they are. What a file says of a sample takes the place of what was marked in it.

JSON: {"changed","classes","canUndo","canRedo"}; of marks also "format" and "rejected"

Examples:
  $ atelier labels import photos labels.csv
  $ atelier labels import cells instances.json --kind objects`,
    )
    .action((dataset: string, file: string, options: LabelOptions & { format?: ImportKind }) => {
      if (isMarked(options)) return importMarks(context, dataset, file, options);
      return owning(context, 'import', dataset, options, async ({ studio, session, version, state }) => {
        const path = session.path(file);
        tellOutcome(session, 'Imported', await studio.labels.files.importLabels(state.labelling, version, path));
      });
    });
}

async function exportLabels(session: Session, text: string, options: MarkExportOptions): Promise<void> {
  const path = session.path(options.out);
  const csv = /\.csv$/i.test(path);
  if (!csv && !/\.jsonl$/i.test(path))
    throw new AtelierError('bad_arguments', 'Say by its ending what the file is to be: .csv or .jsonl.');
  await session.read(async (store) => {
    const { log, version } = existing(store, text, options);
    const names = await sampleNames(store, version);
    const classes = new Map(labelClasses(store, log.key).map((one) => [one.id, one]));
    const wanted = new Set<LabelState>(options.state ?? settledStates);
    const lines: string[] = csv ? [csvLine(['sample', 'name', 'state', 'label', 'confidence', 'note'])] : [];
    let samples = 0;
    for (const { sample, label } of eachLabel(store, log)) {
      if (!wanted.has(label.state)) continue;
      samples++;
      const labels = label.classes.map((id) => classes.get(resolvedClass(classes, id))?.name ?? String(id));
      const { state, confidence, note } = label;
      lines.push(
        csv
          ? csvLine([
              sample,
              names?.[sample],
              state,
              log.kind === 'multiple' && settledStates.includes(state) && labels.length === 0
                ? joinClasses([], '|')
                : labels.map((name) => name.replaceAll('|', '\\|')).join('|'),
              confidence,
              note,
            ])
          : JSON.stringify({ sample, ...(names && { name: names[sample] }), state, labels, confidence, note }),
      );
    }
    writeFileSync(path, `${lines.join('\n')}\n`);
    session.out.record({ path, samples });
    session.out.text(`${count(samples)} labels written to ${path}`);
  });
}
