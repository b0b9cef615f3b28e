import { fanova } from '../../../src-main/search/importance/fanova.ts';
import { searchOf } from '../../../src-main/jobs/studies/live-study.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { StoredTrial, Study, StudyDetail, StudyImportance, StudyPlan } from '../../../src-main/shared/study.ts';
import { now, random } from './data.ts';
import type { FakeRun } from './runs.ts';

/** Studies as the search itself makes them, of an invented net. */
export interface FakeStudy {
  detail: StudyDetail;
  importance: StudyImportance[];
}

const space: StudyPlan['space'] = {
  lr: { type: 'float', low: 1e-4, high: 0.1, log: true },
  dropout: { type: 'float', low: 0, high: 0.5 },
  channels: { type: 'categorical', choices: ['8,16', '16,32', '32,64'] },
  optimizer: { type: 'categorical', choices: ['adam', 'adamw', 'nesterov'] },
};
const plan: StudyPlan = {
  settings: { architecture: 'cnn', epochs: 8, threads: 1 },
  space,
  constraints: [],
  metrics: ['validation/accuracy'],
  directions: ['maximize'],
  limits: [],
  sampler: 'tpe',
  pruner: 'median',
  seed: 3,
};

export function makeStudies(runs: readonly FakeRun[]): FakeStudy[] {
  const ended = runs.map(({ summary }) => summary).filter(({ status }) => status === 'finished');
  const facts = { version: ended[0].version, datasetName: 'glyphs', versionNumber: 1 };
  const several = { ...plan, metrics: ['validation/accuracy', 'parameters'], pruner: 'none', sampler: 'nsga2' };
  return [
    study(
      { ...facts, name: 'glyphs · tuning', status: 'running', plan },
      46,
      ended.map(({ id }) => id),
    ),
    study(
      { ...facts, name: 'small and right', plan: { ...several, directions: ['maximize', 'minimize'] } },
      40,
      ended.map(({ id }) => id),
    ),
  ];
}

function study(
  given: Partial<Study> & Pick<Study, 'plan' | 'version'>,
  trials: number,
  runs: FakeRun['summary']['id'][],
): FakeStudy {
  const whole: Study = {
    id: newId('study'),
    name: 'study',
    status: 'finished',
    reason: given.status === 'running' ? null : { code: 'trials_done', trials },
    datasetName: '',
    versionNumber: 1,
    budget: {
      trials: given.status === 'running' ? 60 : trials,
      seconds: null,
      withoutBetter: null,
      trialSeconds: null,
      workers: 2,
    },
    worked: 900,
    createdAt: now - 3_600_000,
    ...given,
  };
  const search = searchOf(whole);
  const rnd = random(9);
  const stored: StoredTrial[] = [];
  for (let n = 0; n < trials; n++) {
    const asked = search.ask()!;
    const { lr, dropout, channels } = asked.params as { lr: number; dropout: number; channels: string };
    const widths = Number(channels.split(',')[0]);
    const goal =
      0.97 - 0.09 * Math.abs(Math.log10(lr) + 2.2) - 0.2 * (dropout - 0.2) ** 2 + widths / 2000 - 0.02 * rnd();
    for (let epoch = 1; epoch <= 8 && search.trials[n].state === 'running'; epoch++) {
      if (n === trials - 1 && whole.status === 'running' && epoch > 3) break;
      search.report(n, epoch, goal * (1 - Math.exp(-epoch / 1.6)));
      const { prune, reason } = search.shouldPrune(n);
      if (prune) search.prune(n, reason);
    }
    const goesOn = n === trials - 1 && whole.status === 'running';
    if (n === 7) search.tell(n, { failed: { code: 'run_failed', error: 'The training diverged.' } });
    else if (search.trials[n].state === 'running' && !goesOn) {
      search.tell(n, whole.plan.metrics.length > 1 ? [goal, 3000 * widths + Math.round(900 * rnd())] : goal);
    }
    stored.push({
      ...search.trials[n],
      run: runs[n % runs.length],
      worker: n % 2,
      tries: 1,
      askedAt: now - 3_600_000 + n * 20_000,
      endedAt: goesOn ? null : now - 3_600_000 + n * 20_000 + 18_000,
    });
  }
  const { best, history } = search;
  return {
    detail: {
      ...whole,
      trials: stored,
      counts: { ...history.counts },
      best: best && { number: best.number, params: best.params, values: best.values, run: stored[best.number].run },
      front: whole.plan.metrics.length > 1 ? search.front.map(({ number }) => number) : [],
    },
    importance: whole.plan.metrics.map((metric, i) => ({ method: 'fanova', metric, shares: fanova(history, i) })),
  };
}
