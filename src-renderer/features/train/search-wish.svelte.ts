import type { SettingField } from '../../../src-main/shared/run.ts';
import { changesLoss, studyMetrics } from '../../../src-main/shared/study-metrics.ts';
import type { Task } from '../../../src-main/shared/task.ts';
import { parseNumber } from '../../words/numbers.ts';
import { checkField, type Checked } from './fields.ts';

/** What the dialog of a search asks, besides the ranges: goals, limits, budget and how it goes about it. */

export interface LimitDraft {
  metric: string;
  most: boolean;
  typed: string;
}

const whole = (key: string, max: number): SettingField => ({ key, kind: 'integer', default: 1, min: 1, max });
const minutes = (key: string): SettingField => ({ key, kind: 'number', default: 1, min: 0.01, max: 1e6 });
/** Those that may be left empty come last. */
export const budgetFields = {
  trials: whole('trials', 10_000),
  workers: whole('workers', 16),
  minutes: minutes('minutes'),
  withoutBetter: whole('withoutBetter', 10_000),
  trialMinutes: minutes('trialMinutes'),
} as const;
export type BudgetField = keyof typeof budgetFields;

export const samplers = ['auto', 'tpe', 'gp', 'cma-es', 'nsga2', 'sobol', 'random', 'grid'] as const;
export const pruners = ['median', 'hyperband', 'none'] as const;

/** Sizes are typed in thousands of bytes. */
const unitOf = (metric: string): number => (metric === 'export/size_bytes' ? 1000 : 1);

export class SearchWish {
  name = $state('');
  sampler = $state<string>('auto');
  pruner = $state<string>('median');
  budget = $state<Record<BudgetField, string>>({
    trials: '30',
    workers: '1',
    minutes: '',
    withoutBetter: '',
    trialMinutes: '',
  });
  /** As chosen; what the task does not know, or stands there twice, is passed over. */
  #goals = $state<string[]>([]);
  limits = $state<LimitDraft[]>([]);

  /** The first is what a trial's best is told by; the loss is left out where the search changes it. */
  known(task: Task | null, tuned: readonly string[]): string[] {
    if (task === null) return [];
    const moves = tuned.some((name) => changesLoss.includes(name));
    return studyMetrics(task).filter((name) => !moves || name !== 'validation/loss');
  }

  goals(known: readonly string[]): string[] {
    const kept = this.#goals.filter((goal, i, all) => known.includes(goal) && all.indexOf(goal) === i);
    return kept.length > 0 ? kept : known.slice(0, 1);
  }
  setGoal(known: readonly string[], at: number, goal: string): void {
    const goals = this.goals(known);
    goals[at] = goal;
    this.#goals = goals;
  }
  addGoal(known: readonly string[]): void {
    const goals = this.goals(known);
    // Smaller, or faster, is what accuracy is mostly weighed against.
    const next = ['export/size_bytes', ...known].find((goal) => known.includes(goal) && !goals.includes(goal));
    if (next) this.#goals = [...goals, next];
  }
  removeGoal(known: readonly string[], at: number): void {
    this.#goals = this.goals(known).toSpliced(at, 1);
  }

  addLimit(known: readonly string[]): void {
    const metric = known.includes('export/size_bytes') ? 'export/size_bytes' : (known[0] ?? '');
    this.limits.push({ metric, most: true, typed: '' });
  }
  /** Undefined where it is no number. */
  bound({ metric, typed }: LimitDraft): number | undefined {
    const value = parseNumber(typed);
    return value === null || !Number.isFinite(value) ? undefined : value * unitOf(metric);
  }

  checked(field: BudgetField): Partial<Checked> {
    const typed = this.budget[field].trim();
    const open = field !== 'workers' && typed === '';
    return open ? {} : checkField(budgetFields[field], typed);
  }

  /** Whether anything ends it: a number of trials, a time, or results that get no better. */
  get ends(): boolean {
    return (['trials', 'minutes', 'withoutBetter'] as const).some((field) => this.budget[field].trim() !== '');
  }
  get isWrong(): boolean {
    return (
      (Object.keys(budgetFields) as BudgetField[]).some((field) => this.checked(field).problem !== undefined) ||
      this.limits.some((limit) => this.bound(limit) === undefined)
    );
  }

  /** As a study file says it. */
  said(known: readonly string[]): Record<string, unknown> {
    const number = (field: BudgetField) => this.checked(field).value as number | undefined;
    const seconds = (field: BudgetField) => {
      const value = number(field);
      return value === undefined ? undefined : value * 60;
    };
    const goals = this.goals(known);
    const limits = this.limits.map((limit) => `${limit.metric} ${limit.most ? '<=' : '>='} ${this.bound(limit)}`);
    const all = {
      metrics: goals,
      limits,
      sampler: this.sampler,
      // Trials are pruned by one metric that is told on the way.
      pruner: goals.length > 1 ? 'none' : this.pruner,
      trials: number('trials'),
      timeout: seconds('minutes'),
      until_no_better: number('withoutBetter'),
      trial_timeout: seconds('trialMinutes'),
      workers: number('workers'),
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }
}

export const searchWish = new SearchWish();
