import type { ParamValue, StudyDetail, StudyImportance } from '../study.ts';
import { axisAt, axisUnit, axisValue, parameterAxis } from './parameter-axis.ts';
import { ranks } from './rank.ts';
import { studyHistory } from './history.ts';
import { completeOnes, keepsLimits, valueOf } from './told.ts';

/** What a study leaves to be tried next, and from what that follows. */
export type Advice =
  /** The best values crowd at an end of the range: better ones may lie beyond. */
  | { code: 'beyond'; parameter: string; end: 'low' | 'high'; at: number; good: number }
  /** The good trials take a small part of the range. */
  | { code: 'narrow'; parameter: string; low: number; high: number; good: number }
  /** All good trials have the same choice. */
  | { code: 'settled'; parameter: string; choice: ParamValue; good: number }
  /** It explains next to nothing: any value does. */
  | { code: 'idle'; parameter: string; share: number }
  /** The best came lately: more trials are likely to find a better one. */
  | { code: 'still_better'; trial: number; trials: number }
  /** Nothing better came for long. */
  | { code: 'levelled'; trial: number; trials: number }
  | { code: 'failures'; failed: number; trials: number }
  | { code: 'limits'; broken: number; complete: number };

/** Below so many complete trials there is nothing to be said. */
const leastTrials = 10;
/** The share of trials that are good, and the fewest. */
const [goodShare, fewestGood] = [0.1, 5];
/** Shares of an axis: where half of the good ones and the last of them are when they crowd at its end; and what is a small part of it. */
const [crowd, touch, smallPart] = [0.2, 0.05, 0.5];
const idleShare = 0.02;
/** Good trials outside of a stretch that is told as theirs, on either side. */
const outside = 0.1;

/**
 * Rules of thumb over the best tenth of the trials that keep the limits (5 at the least), in the order in which they matter. Of several
 * metrics the one asked for.
 */
export function studyAdvice(
  study: Pick<StudyDetail, 'plan' | 'trials' | 'front' | 'counts'>,
  importance: StudyImportance | null,
  objective = 0,
): Advice[] {
  const { plan, counts } = study;
  const complete = completeOnes(study, objective);
  if (complete.length < leastTrials) return [];
  const allowed = complete.filter(keepsLimits);
  const out: Advice[] = [];
  const places = ranks(
    allowed.map((trial) => valueOf(trial, objective)),
    plan.directions[objective],
  );
  const count = Math.min(allowed.length, Math.max(fewestGood, Math.round(goodShare * allowed.length)));
  const good = allowed
    .map((trial, i) => ({ trial, place: places[i] }))
    .sort((a, b) => a.place - b.place || a.trial.number - b.trial.number)
    .slice(0, count);
  for (const [parameter, range] of Object.entries(plan.space)) {
    const axis = parameterAxis(range);
    const values = good
      .map(({ trial }) => axisValue(axis, parameter, trial.params))
      .filter((each) => !Number.isNaN(each));
    // One that exists in few of them is told by what it depends on.
    if (values.length < fewestGood || values.length < good.length / 2) continue;
    if (importance && (importance.shares[parameter] ?? 0) < idleShare) {
      out.push({ code: 'idle', parameter, share: importance.shares[parameter] ?? 0 });
      continue;
    }
    if (axis.kind === 'category') {
      if (axis.choices.length > 1 && values.every((each) => each === values[0]))
        out.push({ code: 'settled', parameter, choice: axis.choices[values[0]], good: values.length });
      continue;
    }
    if (axis.low === axis.high) continue;
    const units = values.map((value) => axisUnit(axis, value)).sort((a, b) => a - b);
    const cut = Math.floor(outside * units.length);
    const [low, high] = [units[cut], units[units.length - 1 - cut]];
    const middle = units[units.length >> 1];
    const told = { parameter, good: values.length };
    if (middle <= crowd && units[0] <= touch) out.push({ code: 'beyond', end: 'low', at: axis.low, ...told });
    else if (middle >= 1 - crowd && units.at(-1)! >= 1 - touch)
      out.push({ code: 'beyond', end: 'high', at: axis.high, ...told });
    else if (high - low < smallPart)
      out.push({ code: 'narrow', low: axisAt(axis, low), high: axisAt(axis, high), ...told });
  }
  const order: readonly Advice['code'][] = ['beyond', 'narrow', 'settled', 'idle'];
  out.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));

  const history = studyHistory(study, objective);
  const last = history.findLastIndex(({ best }, i) => best !== (history[i - 1]?.best ?? null));
  if (last >= 0) {
    const told = { trial: history[last].trial, trials: history.length };
    if (last >= 0.8 * history.length) out.push({ code: 'still_better', ...told });
    else if (last < 0.5 * history.length) out.push({ code: 'levelled', ...told });
  }
  if (counts.failed > 0.1 * history.length)
    out.push({ code: 'failures', failed: counts.failed, trials: history.length });
  const broken = complete.length - allowed.length;
  if (broken > 0.5 * complete.length) out.push({ code: 'limits', broken, complete: complete.length });
  return out;
}
