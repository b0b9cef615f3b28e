import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { getVersion } from '../db/datasets.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { readResults, readTruths } from '../evaluation/coco-results.ts';
import { objectScores } from '../evaluation/object-scores.ts';
import { rankingScores, type Query } from '../evaluation/ranking.ts';
import { corpusBleu } from '../evaluation/text/bleu.ts';
import { corpusChrf } from '../evaluation/text/chrf.ts';
import { rouge } from '../evaluation/text/rouge.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import { splitNames, type SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ObjectScores } from '../shared/object-scores.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, metric, table } from './format.ts';
import { integer, withCommon } from './options.ts';
import { plural } from '../shared/plural.ts';

interface Options extends CommonOptions {
  truth?: string[];
  data?: string;
  split?: SplitName;
  first?: number;
}

interface Scored {
  kind: 'texts' | 'detection' | 'segmentation' | 'ranking';
  samples: number;
  metrics: Record<string, number>;
  /** Detection and segmentation only. */
  classes: Record<string, string | number | null>[] | null;
}

export function addScore(program: Command, context: CommandContext): void {
  withCommon(program.command('score'))
    .description("score any model's answers in files: texts, detected boxes, rankings")
    .argument(
      '<answers>',
      'texts, one a line; detections or masks (.json); a folder of label maps (.png); or rankings (.jsonl)',
    )
    .option(
      '--truth <files...>',
      'what they should be: texts, one a line, in one or more files; or annotations (.json)',
    )
    .option('--data <dataset>', 'detections or masks: a dataset in which objects are marked, or a version of one')
    .addOption(new Option('--split <split>', 'with --data: only images of this split').choices(splitNames))
    .option('--first <k>', 'of rankings: only the first k count for NDCG and the hit rate', integer(1, 1_000_000))
    .addHelpText(
      'after',
      `
Texts: BLEU and chrF as sacreBLEU has them, ROUGE-1, -2 and -L as rouge_score has them without stemming; means or whole-corpus values.
Detections: a list of {"image_id","category_id","bbox","score"} against COCO annotations; AP and AR as pycocotools has them for boxes.
Masks: the same with "segmentation" (COCO's run lengths, or polygons), also without "score"; or a folder of PNGs of one channel named like
  the images, whose pixels are class numbers (0 is background, 255 nothing said). IoU and Dice of each class over all images, their
  means, background and pixel accuracy; AP of masks where there are scores.
With --data images are known by their ids or by their files' names, classes by their ids, from 1 where they have none, or by names. Every
  image of the split counts, whether anything was predicted for it or not.
Rankings: a line {"scores":[…],"relevance":[…]} for each query; MAP, NDCG (ties share the mean of their places), hit rate, MRR.

JSON: {"kind":"texts"|"detection"|"segmentation"|"ranking","samples","metrics":{…},"classes":[{"class","ap","ap50"}]|null}; segmentation:
      metrics also "mean_iou","mean_dice","background_iou","background_dice","pixel_accuracy","mask_ap",…, classes also "objects",
      "predicted","iou","dice","mask_ap","mask_ap50"; with --data also "images","silent","elsewhere","strays","unmasked".
      null is what nothing can be said of

Examples:
  $ atelier score translated.txt --truth reference.txt second-reference.txt
  $ atelier score detections.json --truth instances_val.json --json
  $ atelier score masks.json --data cells --split test
  $ atelier score predicted-label-maps/ --data cells --split test
  $ atelier score rankings.jsonl --first 10`,
    )
    .action((answers: string, options: Options) => score(new Session(context, 'score', options), answers, options));
}

const unitOf = {
  texts: 'texts',
  detection: 'detections',
  segmentation: 'predictions',
  ranking: 'queries',
} as const;

async function score(session: Session, answers: string, options: Options): Promise<void> {
  const { truth = [], data, first } = options;
  const path = session.path(answers);
  const truths = truth.map((each) => session.path(each));
  const scored =
    data !== undefined
      ? await scoreVersion(session, path, data, options.split)
      : /\.jsonl$/i.test(path)
        ? scoreRankings(path, first)
        : /\.json$/i.test(path)
          ? scoreDetections(path, truths)
          : scoreTexts(path, truths);
  session.out.record({ ...scored });
  const { kind, samples, metrics, classes } = scored;
  session.out.text(`${count(samples)} ${unitOf[kind]}`);
  session.out.text(
    table([['METRIC', 'VALUE'], ...Object.entries(metrics).map(([key, value]) => [key, metric(key, value)])]),
  );
  if (classes && classes.length > 0) {
    const [, ...columns] = Object.keys(classes[0]);
    const rows = classes.map((each) => [String(each.class), ...columns.map((key) => cellOf(key, each[key]))]);
    session.out.text(
      `\n${table([['CLASS', ...columns.map((key) => key.toUpperCase().replaceAll('_', ' '))], ...rows])}`,
    );
  }
}

const cellOf = (key: string, value: string | number | null): string =>
  typeof value !== 'number'
    ? '–'
    : key === 'objects' || key === 'predicted'
      ? count(value)
      : metric('precision', value);

/** Against what is marked in a version: read and scored in a process of its own. */
async function scoreVersion(
  session: Session,
  path: string,
  data: string,
  split: SplitName | undefined,
): Promise<Scored> {
  return session.read(async (store) => {
    const { version } = resolveDataset(store, data);
    const { manifest } = getVersion(store, version);
    const params = { blobs: workspaceFiles.blobs(session.folder), manifest, path, split: split ?? null };
    const report = await session.work('score', basename(path), params);
    const { images, silent, elsewhere, strays, unmasked } = report;
    const { out } = session;
    out.text(`${plural(images, 'image', 'images', count(images))}${split ? ` of ${split}` : ''}`);
    if (silent > 0) out.note(`Note: nothing was predicted for ${count(silent)} of them; they count as they are.`);
    if (elsewhere > 0) out.note(`Note: ${count(elsewhere)} predictions or label maps are for images of other splits.`);
    if (strays > 0)
      out.note(`Note: ${plural(strays, 'file belongs', 'files belong', count(strays))} to no image of this dataset.`);
    if (unmasked > 0)
      out.note(`Note: ${count(unmasked)} marked objects have no outline; for areas they count nothing.`);
    return { ...scoredOf(report), images, silent, elsewhere, strays, unmasked };
  });
}

/** By the names that the command line has for them. */
function scoredOf({ found, boxes, masks, areas, classes }: ObjectScores): Scored {
  if (!areas) {
    const rows = classes.map((each) => ({ class: each.class, ap: each.boxAp, ap50: each.boxAp50 }));
    return { kind: 'detection', samples: found, metrics: { ...boxes }, classes: rows };
  }
  const ofMasks = Object.entries(masks ?? {}).map(([key, value]) => [`mask_${key}`, value as number] as const);
  return {
    kind: 'segmentation',
    samples: found,
    metrics: {
      mean_iou: areas.meanIou,
      mean_dice: areas.meanDice,
      background_iou: areas.backgroundIou,
      background_dice: areas.backgroundDice,
      pixel_accuracy: areas.pixelAccuracy,
      ...Object.fromEntries(ofMasks),
      ...boxes,
    },
    classes: classes.map((each) => ({
      class: each.class,
      objects: each.objects,
      predicted: each.found,
      iou: each.iou,
      dice: each.dice,
      ...(masks && { mask_ap: each.maskAp, mask_ap50: each.maskAp50 }),
      ...(boxes && { ap: each.boxAp, ap50: each.boxAp50 }),
    })),
  };
}

function scoreTexts(path: string, truths: readonly string[]): Scored {
  if (truths.length === 0) throw needsTruth(path);
  const hypotheses = linesOf(path);
  const streams = truths.map((each) => {
    const lines = linesOf(each);
    if (lines.length === hypotheses.length) return lines;
    throw new AtelierError(
      'scores_unreadable',
      `${basename(each)} has ${count(lines.length)} lines, ${basename(path)} ${count(hypotheses.length)}: line by line they belong together.`,
    );
  });
  const references = hypotheses.map((_, i) => streams.map((stream) => stream[i]));
  const metrics = {
    bleu: corpusBleu(hypotheses, references).score,
    chrf: corpusChrf(hypotheses, references),
    ...rouge(hypotheses, references),
  };
  return { kind: 'texts', samples: hypotheses.length, metrics, classes: null };
}

function scoreDetections(path: string, files: readonly string[]): Scored {
  if (files.length !== 1) throw needsTruth(path);
  const [file, where] = [files[0], basename(files[0])];
  const { classes, truths, ids, images } = readTruths(jsonOf(readText(file), where), where);
  const found = readResults(jsonOf(readText(path), basename(path)), basename(path), {
    classOf: (id) => ids.get(id as number),
    imageOf: (id) => (typeof id === 'number' ? { image: id, ...images.get(id) } : undefined),
  });
  const numbers = new Set([...images.keys(), ...truths.map(({ image }) => image), ...found.map(({ image }) => image)]);
  const pixels = [...numbers].map((image) => {
    const { height, width } = images.get(image) ?? { height: NaN, width: NaN };
    return [image, height * width] as const;
  });
  return scoredOf(objectScores({ classes, truths, found, images: new Map(pixels) }));
}

function scoreRankings(path: string, first: number | undefined): Scored {
  const queries = linesOf(path).map((line, i): Query => {
    const where = `${basename(path)}, line ${i + 1}`;
    const { scores, relevance } = (jsonOf(line, where) ?? {}) as { scores?: unknown; relevance?: unknown };
    if (numbers(scores) && numbers(relevance) && scores.length === relevance.length) return { scores, relevance };
    throw new AtelierError(
      'scores_unreadable',
      `${where} should be {"scores":[…],"relevance":[…]}, two lists of numbers of the same length.`,
    );
  });
  const { queries: samples, hitRate: hit_rate, ...rest } = rankingScores(queries, first);
  return { kind: 'ranking', samples, metrics: { ...rest, hit_rate }, classes: null };
}

const numbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'number');

const needsTruth = (path: string): AtelierError =>
  new AtelierError('no_truth', `Say what ${basename(path)} should be: --truth FILE.`);

/** Larger ones are nothing that a person scores in one go. */
const mostBytes = 512 * 2 ** 20;

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > mostBytes) {
      throw new AtelierError('scores_unreadable', `${basename(path)} has more than 512 MB. Score it in parts.`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof AtelierError) throw error;
    throw new AtelierError('no_such_file', `${path} cannot be read. Check its name.`, [String(error)]);
  }
}

function linesOf(path: string): string[] {
  const lines = readText(path).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > 0) return lines;
  throw new AtelierError('scores_unreadable', `${basename(path)} is empty: there is nothing to score.`);
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AtelierError('scores_unreadable', `${where} is no JSON: ${(error as Error).message}.`);
  }
}
