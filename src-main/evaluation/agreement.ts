import type {
  AgreementQuestion,
  AgreementReport,
  AnswerMark,
  ClassAgreement,
  ComparedMarks,
  Disagreement,
} from '../shared/agreement.ts';
import { bestPairs, type Candidate } from './assignment.ts';
import { classificationScores, confusionCounts, type Confusion } from './classification.ts';
import { extentOf, overlapOf, roomOf, sameBounds } from './mark-overlap.ts';
import type { Area } from './masks.ts';

type OfClasses = Extract<AgreementQuestion, { sets: number[][] }>;
type OfMarks = Exclude<AgreementQuestion, OfClasses>;

/** How far two passes agree: see `AgreementReport` for each number. */
export const agreement = (question: AgreementQuestion): AgreementReport =>
  'sets' in question ? agreementOfClasses(question) : agreementOfMarks(question);

/** Cohen's kappa from counts; null where chance would give all. */
function kappaOf(counts: Confusion): number | null {
  const { kappa } = classificationScores(counts);
  return Number.isFinite(kappa) ? kappa : null;
}

/**
 * Cohen's weighted kappa from counts whose rows and columns are `values`: 1 - Σ w·seen / Σ w·by chance, where w is their difference to that power.
 * Null where chance would give all. scikit-learn's `cohen_kappa_score(weights=…, labels=…)` for values a step apart.
 */
function weightedKappaOf(counts: Confusion, values: readonly number[], power: 1 | 2): number | null {
  const rows = counts.map((row) => row.reduce((sum, n) => sum + n, 0));
  const columns = counts.map((_, c) => counts.reduce((sum, row) => sum + row[c], 0));
  const all = rows.reduce((sum, n) => sum + n, 0);
  let [seen, byChance] = [0, 0];
  values.forEach((a, r) =>
    values.forEach((b, c) => {
      const weight = Math.abs(a - b) ** power;
      seen += weight * counts[r][c];
      byChance += (weight * rows[r] * columns[c]) / all;
    }),
  );
  return byChance > 0 ? 1 - seen / byChance : null;
}

function weightedKappas(counts: Confusion, classes: readonly string[]): AgreementReport['weightedKappa'] {
  const values = classes.map(Number);
  const [linear, quadratic] = ([1, 2] as const).map((power) => weightedKappaOf(counts, values, power));
  return linear === null || quadratic === null ? null : { linear, quadratic };
}

function agreementOfClasses(question: OfClasses): AgreementReport {
  const { kind, classes, samples, sets, first, second, settled } = question;
  const keys = sets.map((set) => JSON.stringify(set.toSorted((a, b) => a - b)));
  const names = (set: number): string[] => sets[set].map((one) => classes[one]);
  let [agreed, jaccard] = [0, 0];
  const disagreements: Disagreement[] = [];
  samples.forEach((sample, i) => {
    jaccard += jaccardOf(sets[first[i]], sets[second[i]]);
    if (keys[first[i]] === keys[second[i]]) agreed++;
    else disagreements.push({ sample, first: names(first[i]), second: names(second[i]), settled: settled[i] === 1 });
  });
  const perClass = classes.map((name, c): ClassAgreement => {
    const has = sets.map((set) => (set.includes(c) ? 1 : 0));
    const counts = confusionCounts(
      Array.from(first, (set) => has[set]),
      Array.from(second, (set) => has[set]),
      2,
    );
    const [inFirst, inSecond, both] = [counts[1][0] + counts[1][1], counts[0][1] + counts[1][1], counts[1][1]];
    return {
      class: name,
      first: inFirst,
      second: inSecond,
      both,
      f1: f1Of(both, inFirst, inSecond),
      kappa: kappaOf(counts),
    };
  });
  const of = { kind, classes, compared: samples.length, agreed, perClass, marks: null, disagreements };
  if (kind === 'multiple') {
    const kappas = perClass.flatMap(({ kappa }) => (kappa === null ? [] : [kappa]));
    return {
      ...of,
      kappa: kappas.length === 0 ? null : kappas.reduce((sum, each) => sum + each, 0) / kappas.length,
      confusion: null,
      jaccard: samples.length === 0 ? null : jaccard / samples.length,
      weightedKappa: null,
    };
  }
  const placeOf = (set: number): number => sets[set][0];
  const confusion = confusionCounts(Array.from(first, placeOf), Array.from(second, placeOf), classes.length);
  const weightedKappa = kind === 'rating' ? weightedKappas(confusion, classes) : null;
  return { ...of, kappa: samples.length === 0 ? null : kappaOf(confusion), weightedKappa, confusion, jaccard: null };
}

function jaccardOf(a: readonly number[], b: readonly number[]): number {
  const both = a.filter((one) => b.includes(one)).length;
  const either = a.length + b.length - both;
  return either === 0 ? 1 : both / either;
}

const f1Of = (both: number, first: number, second: number): number | null =>
  first + second === 0 ? null : (2 * both) / (first + second);

interface Matched {
  pairs: { first: AnswerMark; second: AnswerMark; overlap: number }[];
  onlyFirst: AnswerMark[];
  onlySecond: AnswerMark[];
}

/**
 * Which things of two answers are the same: pairs that overlap at least so much, so that the sum over all is the greatest of their overlap, and
 * of 1 more where the class is the same, for of two things in one place that of the same class is meant.
 */
export function matchedMarks({ first, second, size }: ComparedMarks, atLeast: number): Matched {
  const [a, b] = [first, second].map((marks) => marks.filter(({ shape }) => shape.type !== 'relation'));
  const room = roomOf(
    [...a, ...b].map(({ shape }) => shape),
    size,
  );
  const areas = new Map<AnswerMark['shape'], Area>();
  const others = b.map((mark, column) => ({
    mark,
    column,
    from: extentOf(mark.shape)[0],
    to: extentOf(mark.shape)[1],
  }));
  others.sort((x, y) => x.from - y.from);
  const overlaps = new Map<Candidate, number>();
  a.forEach((mark, row) => {
    const [from, to] = extentOf(mark.shape);
    for (const other of others) {
      if (other.from >= to) break;
      if (other.to <= from) continue;
      const overlap = overlapOf(mark.shape, other.mark.shape, room, areas);
      if (overlap === 0 || overlap < atLeast) continue;
      const weight = overlap + (mark.class === other.mark.class ? 1 : 0);
      overlaps.set({ row, column: other.column, weight }, overlap);
    }
  });
  const pairs = bestPairs([...overlaps.keys()]);
  const [rows, columns] = [new Set(pairs.map(({ row }) => row)), new Set(pairs.map(({ column }) => column))];
  return {
    pairs: pairs.map((pair) => ({ first: a[pair.row], second: b[pair.column], overlap: overlaps.get(pair)! })),
    onlyFirst: a.filter((_, row) => !rows.has(row)),
    onlySecond: b.filter((_, column) => !columns.has(column)),
  };
}

function agreementOfMarks({ kind, classes, samples, overlap: atLeast }: OfMarks): AgreementReport {
  const none = classes.length;
  const confusion: Confusion = Array.from({ length: none + 1 }, () => new Array<number>(none + 1).fill(0));
  const relations = { both: 0, first: 0, second: 0 };
  let [matched, overlapSum, same, exact, agreed] = [0, 0, 0, 0, 0];
  const disagreements: Disagreement[] = [];
  for (const compared of samples) {
    const { pairs, onlyFirst, onlySecond } = matchedMarks(compared, atLeast);
    for (const { first, second, overlap } of pairs) {
      confusion[first.class][second.class]++;
      overlapSum += overlap;
      if (first.class !== second.class) continue;
      same++;
      if (sameBounds(first.shape, second.shape)) exact++;
    }
    for (const mark of onlyFirst) confusion[mark.class][none]++;
    for (const mark of onlySecond) confusion[none][mark.class]++;
    matched += pairs.length;
    const joined = sameRelations(compared, pairs);
    for (const which of ['both', 'first', 'second'] as const) relations[which] += joined[which];
    const others = pairs.filter(({ first, second }) => first.class !== second.class);
    const otherClass = others.length;
    const apart = joined.first + joined.second - 2 * joined.both;
    if (onlyFirst.length + onlySecond.length + otherClass + apart === 0) {
      agreed++;
      continue;
    }
    const names = (marks: readonly AnswerMark[]): string[] => [...new Set(marks.map((mark) => classes[mark.class]))];
    disagreements.push({
      sample: compared.sample,
      first: names(compared.first),
      second: names(compared.second),
      settled: compared.settled,
      marks: {
        onlyFirst: onlyFirst.length + joined.first - joined.both,
        onlySecond: onlySecond.length + joined.second - joined.both,
        otherClass,
        differ: {
          first: [...onlyFirst, ...others.map(({ first }) => first)].map(({ number }) => number),
          second: [...onlySecond, ...others.map(({ second }) => second)].map(({ number }) => number),
        },
      },
    });
  }
  const inner = confusion.slice(0, none).map((row) => row.slice(0, none));
  const rowSum = (c: number): number => confusion[c].reduce((sum, n) => sum + n, 0);
  const columnSum = (c: number): number => confusion.reduce((sum, row) => sum + row[c], 0);
  const perClass = classes.map((name, c): ClassAgreement => {
    const [first, second, both] = [rowSum(c), columnSum(c), confusion[c][c]];
    return { class: name, first, second, both, f1: f1Of(both, first, second), kappa: null };
  });
  const total = (of: 'first' | 'second'): number => perClass.reduce((sum, each) => sum + each[of], 0);
  return {
    kind,
    classes,
    compared: samples.length,
    agreed,
    kappa: matched === 0 ? null : kappaOf(inner),
    perClass,
    confusion,
    jaccard: null,
    weightedKappa: null,
    marks: {
      first: total('first'),
      second: total('second'),
      matched,
      overlap: matched === 0 ? null : overlapSum / matched,
      f1: f1Of(same, total('first'), total('second')),
      exact: f1Of(exact, total('first'), total('second')),
      relations: f1Of(relations.both, relations.first, relations.second),
    },
    disagreements,
  };
}

/** Relations of the same class whose ends are the same things. */
function sameRelations(
  { first, second }: ComparedMarks,
  pairs: Matched['pairs'],
): { both: number; first: number; second: number } {
  const there = new Map(pairs.map((pair) => [pair.first.number, pair.second.number]));
  const keysOf = (marks: readonly AnswerMark[], numberOf: (number: number) => number | undefined): string[] =>
    marks.flatMap(({ class: its, shape }) =>
      shape.type === 'relation' ? [`${its} ${numberOf(shape.from)} ${numberOf(shape.to)}`] : [],
    );
  const ours = keysOf(first, (number) => there.get(number));
  const left = keysOf(second, (number) => number);
  const theirs = left.length;
  let both = 0;
  for (const key of ours) {
    const at = left.indexOf(key);
    if (at < 0) continue;
    left.splice(at, 1);
    both++;
  }
  return { both, first: ours.length, second: theirs };
}
