import { stepGroups, type StepInfo } from '../../shared/recipe.ts';
import type { TextFunctions } from '../text-functions.ts';
import { bands } from './bands.ts';
import { bins } from './bins.ts';
import { letterCase } from './case.ts';
import { coarseDates } from './coarse-dates.ts';
import { copies } from './copies.ts';
import { dates } from './dates.ts';
import { drop } from './drop.ts';
import { duplicates } from './duplicates.ts';
import { fill } from './fill.ts';
import { filter } from './filter.ts';
import { hashing } from './hashing.ts';
import { html } from './html.ts';
import { keep } from './keep.ts';
import { log } from './log.ts';
import { minMax } from './min-max.ts';
import { missingRows } from './missing-rows.ts';
import { nearDuplicates } from './near-duplicates.ts';
import { neighbours } from './neighbours.ts';
import { oneHot } from './one-hot.ts';
import { ordinal } from './ordinal.ts';
import { outliers } from './outliers.ts';
import { personal } from './personal.ts';
import { prefix } from './prefix.ts';
import { rare } from './rare.ts';
import { rebalance } from './rebalance.ts';
import { regex } from './regex.ts';
import { replace } from './replace.ts';
import { robust } from './robust.ts';
import { standard } from './standard.ts';
import type { StepKind } from './step.ts';
import { stopWords } from './stop-words.ts';
import { targetMean } from './target.ts';
import { tfIdf } from './tf-idf.ts';
import { trim } from './trim.ts';
import { type } from './type.ts';
import { unicode } from './unicode.ts';
import { unlabelled } from './unlabelled.ts';
import { urls } from './urls.ts';
import { yeoJohnson } from './yeo-johnson.ts';

/** Every kind of step, in the order in which they are offered. */
export const stepKinds: readonly StepKind[] = [
  drop,
  keep,
  type,
  trim,
  letterCase,
  replace,
  regex,
  html,
  urls,
  unicode,
  stopWords,
  fill,
  neighbours,
  missingRows,
  duplicates,
  nearDuplicates,
  copies,
  unlabelled,
  filter,
  outliers,
  rebalance,
  standard,
  minMax,
  robust,
  log,
  yeoJohnson,
  oneHot,
  ordinal,
  targetMean,
  hashing,
  bins,
  dates,
  tfIdf,
  personal,
  bands,
  coarseDates,
  rare,
  prefix,
].toSorted((a, b) => stepGroups.indexOf(a.group) - stepGroups.indexOf(b.group)) as StepKind[];

/** What their statements call. */
export const stepFunctions: TextFunctions = Object.assign({}, ...stepKinds.map(({ functions }) => functions ?? {}));

/** What others may know of them: plain data, for the window and the command line. */
export const stepInfos: readonly StepInfo[] = stepKinds.map(
  ({ kind, group, of = ['table'], fields, model, keep: keeps, fit, looksAtRows, learns }) => ({
    kind,
    group,
    of,
    fields,
    model,
    dropsRows: keeps !== undefined,
    learns: fit !== undefined && looksAtRows !== false && learns !== false,
  }),
);
