import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { readResults, readTruths } from '../evaluation/coco-results.ts';
import { detectionScores } from '../evaluation/detection.ts';
import { rankingScores, type Query } from '../evaluation/ranking.ts';
import { corpusBleu } from '../evaluation/text/bleu.ts';
import { corpusChrf } from '../evaluation/text/chrf.ts';
import { rouge } from '../evaluation/text/rouge.ts';
import { AtelierError } from '../shared/errors.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, metric, table } from './format.ts';
import { integer, withCommon } from './options.ts';

interface Options extends CommonOptions {
  truth?: string[];
  first?: number;
}

interface Scored {
  kind: 'texts' | 'detection' | 'ranking';
  samples: number;
  metrics: Record<string, number>;
  /** Detection only. */
  classes: { class: string; ap: number; ap50: number }[] | null;
}

export function addScore(program: Command, context: CommandContext): void {
  withCommon(program.command('score'))
    .description("score any model's answers in files: texts, detected boxes, rankings")
    .argument('<answers>', 'texts, one a line; detections (.json); or rankings (.jsonl)')
    .option(
      '--truth <files...>',
      'what they should be: texts, one a line, in one or more files; or annotations (.json)',
    )
    .option('--first <k>', 'of rankings: only the first k count for NDCG and the hit rate', integer(1, 1_000_000))
    .addHelpText(
      'after',
      `
Texts: BLEU and chrF as sacreBLEU has them, ROUGE-1, -2 and -L as rouge_score has them without stemming; means or whole-corpus values.
Detections: a list of {"image_id","category_id","bbox","score"} against COCO annotations; AP and AR as pycocotools has them for boxes.
Rankings: a line {"scores":[…],"relevance":[…]} for each query; MAP, NDCG (ties share the mean of their places), hit rate, MRR.

JSON: {"kind":"texts"|"detection"|"ranking","samples","metrics":{…},"classes":[{"class","ap","ap50"}]|null}; null is what nothing can be said of

Examples:
  $ atelier score translated.txt --truth reference.txt second-reference.txt
  $ atelier score detections.json --truth instances_val.json --json
  $ atelier score rankings.jsonl --first 10`,
    )
    .action((answers: string, options: Options) => score(new Session(context, 'score', options), answers, options));
}

function score(session: Session, answers: string, { truth = [], first }: Options): void {
  const path = session.path(answers);
  const truths = truth.map((each) => session.path(each));
  const scored = /\.jsonl$/i.test(path)
    ? scoreRankings(path, first)
    : /\.json$/i.test(path)
      ? scoreDetections(path, truths)
      : scoreTexts(path, truths);
  session.out.record({ ...scored });
  const { kind, samples, metrics, classes } = scored;
  session.out.text(`${count(samples)} ${{ texts: 'texts', detection: 'detections', ranking: 'queries' }[kind]}`);
  session.out.text(
    table([['METRIC', 'VALUE'], ...Object.entries(metrics).map(([key, value]) => [key, metric(key, value)])]),
  );
  if (classes) {
    const rows = classes.map((each) => [each.class, metric('precision', each.ap), metric('precision', each.ap50)]);
    session.out.text(`\n${table([['CLASS', 'AP', 'AP50'], ...rows])}`);
  }
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

function scoreDetections(path: string, truths: readonly string[]): Scored {
  if (truths.length !== 1) throw needsTruth(path);
  const {
    classes,
    truths: wanted,
    ids,
  } = readTruths(jsonOf(readText(truths[0]), basename(truths[0])), basename(truths[0]));
  const found = readResults(jsonOf(readText(path), basename(path)), basename(path), ids);
  const { perClass, ...metrics } = detectionScores(wanted, found, classes.length);
  const rows = perClass.map((each, c) => ({ class: classes[c], ...each }));
  return { kind: 'detection', samples: found.length, metrics, classes: rows };
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
