import { Option, type Command } from 'commander';
import { marksOf } from '../datasets/annotations/marks.ts';
import { markedSamples } from '../datasets/annotations/marked-samples.ts';
import { getDataset, getVersion } from '../db/datasets.ts';
import { sureMarks } from '../db/label-marks.ts';
import { labelClasses, type Labelling } from '../db/labellings.ts';
import type { ReadStore } from '../db/open.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { eachLabel, inSlices } from '../jobs/labels/as-it-stands.ts';
import { markExport } from '../jobs/labels/export.ts';
import { MarkBook } from '../jobs/labels/mark-book.ts';
import { saidMarks } from '../jobs/labels/said-marks.ts';
import { annotationFlags } from '../shared/annotation.ts';
import { splitNames, type SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Condition } from '../shared/filter.ts';
import { markFormats, type MarkFormat } from '../shared/work/export-data.ts';
import { annotatedKinds, type ImportKind } from '../shared/work/import.ts';
import { isMarkedKind, labelStates, resolvedClass, type LabelState } from '../shared/labels.ts';
import type { Mark, MarkedKind, MarkShape } from '../shared/marks.ts';
import { Session, type CommandContext } from './context.ts';
import { bytes, count, table } from './format.ts';
import { existing, kindOf, owning, tellOutcome, withLabelling, type LabelOptions } from './labelling.ts';
import { isJudged, judgedStats } from './labels-judged.ts';
import { numbersOf } from './labels-set.ts';

export interface MarkExportOptions extends LabelOptions {
  out: string;
  format?: MarkFormat;
  state?: LabelState[];
  split?: SplitName;
  filter?: string;
  class?: string[];
  images: boolean;
}

/** What only labellings of marks have of `labels export`. */
export const withMarkExport = (command: Command): Command =>
  command
    .addOption(new Option('--format <format>', 'with --kind objects, spans or segments: the form').choices(markFormats))
    .addOption(new Option('--split <split>', 'marks: only this split').choices([...splitNames]))
    .option('--filter <expr>', 'marks: an SQL condition over the columns by name (tables)')
    .option('--class <name...>', 'marks: only samples with any of these')
    .option('--no-images', 'marks: without the image files');

export async function exportMarks(session: Session, text: string, options: MarkExportOptions): Promise<void> {
  const { format, state, images } = options;
  if (!format) throw new AtelierError('bad_arguments', `Say in which form: --format ${markFormats.join(', ')}.`);
  const { params, name } = await session.read(async (store) => {
    const { log, version } = existing(store, text, options);
    const filter: Condition[] = [];
    if (options.filter !== undefined) filter.push({ kind: 'sql', expression: options.filter });
    if (options.split) filter.push({ kind: 'split', splits: [options.split] });
    const classes = options.class && classIds(store, log, options.class);
    return {
      params: await markExport(store, log, version, { format, images, filter, states: state, classes }),
      name: getDataset(store, log.dataset).summary.name,
    };
  });
  const made = await session.work('export-data', name, { ...params, out: session.path(options.out) });
  session.out.record({ ...made, format });
  session.out.text(
    `Exported the labels of ${name} as ${format} to ${made.path}: ${count(made.samples)} samples, ${count(made.annotations)} marks, ${count(made.files)} files (${bytes(made.bytes)})`,
  );
  for (const { what, count: n } of made.lost) session.out.note(`Not in ${format}: ${what} (${count(n)})`);
}

/** What only labellings of marks have of `labels import`. */
export const withMarkImport = (command: Command): Command =>
  command.addOption(
    new Option('--format <format>', 'marks: what the files are, where they could be several things').choices(
      annotatedKinds,
    ),
  );

export const importMarks = (
  context: CommandContext,
  dataset: string,
  path: string,
  options: LabelOptions & { format?: ImportKind },
): Promise<void> =>
  owning(context, 'import', dataset, options, async ({ studio, session, version, state }) => {
    const outcome = await studio.labels.files.importMarks(
      state.labelling,
      version,
      [session.path(path)],
      options.format,
    );
    const { found } = outcome;
    tellOutcome(session, `Imported as ${found.format}`, outcome, {
      format: found.format,
      rejected: found.rejectedCount,
    });
    for (const { message } of found.rejected.slice(0, 20)) session.out.note(`Left out: ${message}`);
    if (found.rejectedCount > 20) session.out.note(`… and ${count(found.rejectedCount - 20)} more.`);
  });

export function addLabelsMarks(labels: Command, context: CommandContext): void {
  withLabelling(labels.command('show'))
    .description('what is marked in samples: objects, spans and relations, segments')
    .requiredOption('--samples <numbers>', 'from 0: 3,7,10-19')
    .addHelpText(
      'after',
      `
A mark is called by its sample and number. Boxes are x, y, width, height in pixels of the original image; spans count UTF-16 code units, segments
seconds. Flags tell what is wrong: outside (of the image), empty, duplicate.

JSON: a line a mark: {"sample","number","class","suggested","confidence","by","type",…}: what made a suggestion, what it is further as "atelier data sample --json" has it

Examples:
  $ atelier labels show cells --kind objects --samples 0-9`,
    )
    .action((dataset: string, options: LabelOptions & { samples: string }) =>
      show(new Session(context, 'labels show', options), dataset, options),
    );
  withLabelling(labels.command('stats'))
    .description(
      'how much is marked: samples by state, marks by class and by what they are, and what is wrong; of judgements how often each answer is better, or how good they are',
    )
    .addHelpText(
      'after',
      `
JSON: {"dataset","labelling","kind","samples","states":{"new",…},"marks","suggested","types":{"box",…},"classes":[{"id","name","marks","samples"}],
"flags":{"outside",…}}; counted are the marks of all samples, suggestions apart.
      Of --kind pair {…,"prompt","answers","classes":[{"name","samples"}],"judged","aBetter","interval"}: the share of A where one is better, with its 95 %
      interval (Wilson); of --kind rating {…,"judged","mean","median","deviation"}.

Examples:
  $ atelier labels stats cells --kind objects
  $ atelier labels stats chats --kind pair`,
    )
    .action((dataset: string, options: LabelOptions) => {
      const session = new Session(context, 'labels stats', options);
      return isJudged(options) ? judgedStats(session, dataset, options) : stats(session, dataset, options);
    });
}

async function show(session: Session, text: string, options: LabelOptions & { samples: string }): Promise<void> {
  await session.read(async (store) => {
    const log = marked(existing(store, text, options).log);
    const classes = new Map(labelClasses(store, log.key).map((one) => [one.id, one]));
    const book = new MarkBook(store);
    for (const sample of numbersOf(options.samples, log.samples)) {
      const { now } = await book.of(log, sample);
      for (const [number, mark] of [...now].sort(([a], [b]) => a - b)) {
        const name = classes.get(resolvedClass(classes, mark.class))!.name;
        const { suggested, confidence, by, shape } = mark;
        session.out.record({ sample, number, class: name, suggested, confidence, ...(by && { by }), ...shape });
        const flags = annotationFlags.filter((flag) => shape.flags?.[flag]);
        session.out.text(
          [sample, number, name, shape.type, placeOf(shape), ...suggestionWords(mark), ...flags].join('\t'),
        );
      }
    }
  });
}

/** Who suggests it, and how sure that is. */
function suggestionWords({ suggested, confidence, by }: Pick<Mark, 'suggested' | 'confidence' | 'by'>): string[] {
  if (!suggested) return [];
  const sure = confidence === null ? '' : ` ${count(Math.round(confidence * 100))} %`;
  return [`suggested${sure}${by ? ` by ${by.slice(by.indexOf(':') + 1)}` : ''}`];
}

function placeOf(shape: MarkShape): string {
  if ('box' in shape) return shape.box.join(' ');
  return shape.type === 'relation' ? `${shape.from} → ${shape.to}` : `${shape.start}–${shape.end}`;
}

async function stats(session: Session, text: string, options: LabelOptions): Promise<void> {
  await session.read(async (store) => {
    const log = marked(existing(store, text, options).log);
    const states = Object.fromEntries(labelStates.map((each) => [each, 0])) as Record<LabelState, number>;
    for (const { label } of eachLabel(store, log)) states[label.state]++;
    const of = await counted(store, log);
    let suggested = 0;
    for (const some of sureMarks(store, log.key, 0).values()) suggested += some.length;
    const { out } = session;
    const { dataset, id: labelling, kind, samples } = log;
    out.record({ dataset, labelling, kind, samples, states, suggested, ...of });
    out.text(`${getDataset(store, dataset).summary.name}, ${kind}: ${count(of.marks)} in ${count(samples)} samples`);
    out.text(table([['STATE', 'SAMPLES'], ...labelStates.map((each) => [each, count(states[each])])]));
    out.text('');
    out.text(
      table([
        ['CLASS', 'MARKS', 'SAMPLES'],
        ...of.classes.map((one) => [one.name, count(one.marks), count(one.samples)]),
      ]),
    );
    out.text('');
    out.text(table([['WHAT', 'MARKS'], ...Object.entries(of.types).map(([type, n]) => [type, count(n)])]));
    for (const [flag, n] of Object.entries(of.flags)) out.text(`${flag}: ${count(n)}`);
    if (suggested > 0) out.text(`${count(suggested)} suggestions`);
  });
}

async function counted(store: ReadStore, log: Labelling & { kind: MarkedKind }) {
  const { manifest } = getVersion(store, log.version);
  const said = await inSlices(
    saidMarks(
      store,
      log,
      labelStates.filter((state) => state !== 'suggested'),
    ),
  );
  const [types, flags] = [new Map<string, number>(), new Map<string, number>()];
  const byClass = new Map<string, { marks: number; samples: number }>();
  const add = (to: Map<string, number>, key: string): void => void to.set(key, (to.get(key) ?? 0) + 1);
  let marks = 0;
  const blobs = workspaceFiles.blobs(store.folder);
  for await (const sample of markedSamples(blobs, manifest, said, { sizes: false })) {
    const seen = new Set<string>();
    for (const mark of marksOf(log.kind, sample)) {
      marks++;
      add(types, mark.type);
      for (const flag of annotationFlags) if (mark.flags?.[flag]) add(flags, flag);
      const its = byClass.get(mark.class) ?? { marks: 0, samples: 0 };
      its.marks++;
      if (!seen.has(mark.class)) its.samples++;
      seen.add(mark.class);
      byClass.set(mark.class, its);
    }
  }
  const usable = labelClasses(store, log.key).filter(({ mergedInto, removed }) => mergedInto === null && !removed);
  return {
    marks,
    types: Object.fromEntries(types),
    classes: usable.map(({ id, name }) => ({ id, name, ...(byClass.get(name) ?? { marks: 0, samples: 0 }) })),
    flags: Object.fromEntries(flags),
  };
}

function marked(log: Labelling): Labelling & { kind: MarkedKind } {
  if (isMarkedKind(log.kind)) return log as Labelling & { kind: MarkedKind };
  throw new AtelierError(
    'bad_arguments',
    'Say whose marks: --kind objects, spans or segments; or what is judged: --kind pair or rating.',
  );
}

function classIds(store: ReadStore, log: Labelling, names: readonly string[]): number[] {
  const all = labelClasses(store, log.key);
  return names.map((name) => {
    const found = all.find((one) => one.name === name && one.mergedInto === null && !one.removed);
    if (found) return found.id;
    throw new AtelierError('no_such_class', `There is no class "${name}" in this labelling.`);
  });
}

export const isMarked = (options: LabelOptions): boolean => isMarkedKind(kindOf(options));
