import { readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { namesIn } from '../detection/names.ts';
import type { Studio } from '../jobs/studio.ts';
import { AtelierError } from '../shared/errors.ts';
import type { VersionId } from '../shared/ids.ts';
import type { LabellingState } from '../shared/labels.ts';
import {
  channelOrders,
  markerLayouts,
  markShapes,
  pictureFits,
  pixelScales,
  sideRange,
  type MarkerFacts,
  type MarkerWish,
} from '../shared/marker.ts';
import type { Session } from './context.ts';
import { count } from './format.ts';
import { tellOutcome, type LabelOptions } from './labelling.ts';
import { integer, number } from './options.ts';

export interface ModelOptions extends LabelOptions, Omit<MarkerWish, 'classes'> {
  model?: string;
  classes?: string;
  make?: boolean;
  all?: boolean;
  dryRun?: boolean;
}

const mostNames = 1 << 20;

/** What only prelabelling of objects by a model made elsewhere has. */
export const withModel = (command: Command): Command =>
  command
    .option('--model <file>', 'objects of images: an ONNX detector or segmenter (YOLO v5 to v11, YOLOX, DETR, …)')
    .option('--classes <names>', "of --model: its classes' names in its order, a,b,c or a file with one a line")
    .option('--score <p>', 'of --model: what is less sure is left out (default: 0.25)', number(0, 1))
    .option('--overlap <iou>', 'of --model: of two of a class that overlap more, one is left out', number(0, 1))
    .option('--across', 'of --model: also of two of different classes')
    .addOption(new Option('--shape <shape>', 'of --model: what is suggested').choices(markShapes))
    .addOption(
      new Option('--layout <layout>', 'of --model: what comes out, where its shapes do not tell').choices(
        markerLayouts,
      ),
    )
    .addOption(new Option('--fit <fit>', 'of --model: how pictures come to its size').choices(pictureFits))
    .addOption(new Option('--scale <scale>', 'of --model: what 0 … 255 becomes').choices(pixelScales))
    .addOption(new Option('--channels <order>', 'of --model: the order of colours').choices(channelOrders))
    .option(
      '--side <n>',
      "of --model: the picture's size, where the file leaves it open",
      integer(sideRange.least, sideRange.most),
    )
    .option('--first <n>', 'of --model: the number of its first class, 0 or 1', firstClass)
    .option('--make', 'of --model: classes of its that are not here are made')
    .option('--all', 'of --model: also for samples that somebody has looked at')
    .option('--dry-run', 'of --model: only tell what it is and how it would be used');

function firstClass(text: string): 0 | 1 {
  if (text === '0' || text === '1') return text === '0' ? 0 : 1;
  throw new InvalidArgumentError('It is 0 or 1.');
}

export async function prelabelByModel(
  { studio, session, version, state }: { studio: Studio; session: Session; version: VersionId; state: LabellingState },
  { model, make, all, dryRun, ...options }: ModelOptions,
): Promise<void> {
  const path = session.path(model!);
  const wish = wishOf(session, options);
  if (dryRun) return tellFacts(session, await studio.modelMarks.facts(path, wish, state));
  const found = await (await studio.modelMarks.suggest(state.labelling, version, { path, wish, make, all })).result;
  const { suggestions, pictures, unknown, unread } = found;
  if (unknown.length > 0) {
    const words = unknown.slice(0, 8).map(({ name, count: n }) => `${name} (${count(n)})`);
    session.out.note(`Note: left out are classes that are not here: ${words.join(', ')}. With --make they are made.`);
  }
  for (const { message } of unread.slice(0, 20)) session.out.note(`Not read: ${message}`);
  tellOutcome(session, `Suggested ${count(suggestions)} marks in ${count(pictures)} pictures`, found, {
    ...{ suggestions, pictures, unknown, unread: unread.length },
  });
}

function wishOf(session: Session, options: Omit<ModelOptions, 'model'>): MarkerWish {
  const { layout, fit, scale, channels, side, first, score, overlap, across, shape } = options;
  const given = { layout, fit, scale, channels, side, first, score, overlap, across, shape };
  const wish = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as MarkerWish;
  return options.classes === undefined ? wish : { ...wish, classes: classNames(session, options.classes) };
}

/** In a file, or as they stand. */
function classNames(session: Session, given: string): string[] {
  const file = statSync(session.path(given), { throwIfNoEntry: false });
  if (file && file.size > mostNames)
    throw new AtelierError('bad_arguments', `${given} has ${file.size} bytes: that is no list of names of classes.`);
  const names = namesIn(file?.isFile() ? readFileSync(session.path(given), 'utf8') : given);
  if (names) return names;
  throw new AtelierError('bad_arguments', '--classes takes a,b,c or a file with a name a line, in the model’s order.');
}

function tellFacts({ out }: Session, facts: MarkerFacts): void {
  out.record({ ...facts });
  const { name, input, outputs, classes, settings, sources } = facts;
  out.text(`${name}: ${settings.layout}${facts.count === null ? '' : `, ${count(facts.count)} classes`}`);
  out.text(`in   ${input.name} [${input.shape.join(', ')}], pictures of ${input.width} × ${input.height}`);
  for (const one of outputs) out.text(`out  ${one.name} [${one.shape.join(', ')}]`);
  const words = { wish: 'as asked', file: 'as the file says', guess: 'as is usual' };
  for (const [key, value] of Object.entries(settings)) {
    out.text(`${key}: ${value} (${words[sources[key as keyof typeof sources]]})`);
  }
  out.text(classes ? `classes: ${classes.join(', ')}` : 'classes: it does not say; name them with --classes');
}
