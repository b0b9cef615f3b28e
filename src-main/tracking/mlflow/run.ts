import type { ExchangedRun } from '../../shared/run-exchange.ts';
import type { RunStatus } from '../../shared/run.ts';
import { limits } from '../run-source.ts';
import { cleanName, comparable, settingOf } from '../settings.ts';
import { pythonNumber } from './metric-file.ts';

/** A run as MLflow knows it, whichever of its stores it lies in. */
export interface MlflowRun {
  id: string;
  name: string;
  status: RunStatus;
  experiment: string;
  /** Milliseconds since 1970. */
  startedAt: number | null;
  finishedAt: number | null;
  params: ReadonlyMap<string, string>;
  tags: ReadonlyMap<string, string>;
  metrics: Record<string, number>;
}

/** Named by number in files, by word in the API and in databases. A run that goes on elsewhere has no end yet. */
export const statuses: Readonly<Record<string, RunStatus>> = {
  1: 'interrupted',
  2: 'interrupted',
  3: 'finished',
  4: 'failed',
  5: 'cancelled',
  RUNNING: 'interrupted',
  SCHEDULED: 'interrupted',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'cancelled',
};

export function exchanged({
  id,
  status,
  params,
  tags,
  startedAt,
  finishedAt,
  metrics,
  ...run
}: MlflowRun): ExchangedRun {
  const told = [...params].map(([name, text]) => [name, settingOf(text)] as const);
  // Who ran it and of which code: what MLflow itself writes down that says something of the run.
  const facts = ['mlflow.user', 'mlflow.source.name', 'mlflow.source.git.commit'].flatMap((name) => {
    const text = tags.get(name);
    return text ? [[name, text] as const] : [];
  });
  return {
    identity: ownIdentity(tags.get('atelier.identity')) ?? `mlflow:${id}`,
    name: cleanName(run.name || tags.get('mlflow.runName') || id.slice(0, 8)) || 'run',
    status,
    experiment: cleanName(run.experiment),
    dataset: cleanName(tags.get('atelier.dataset') ?? ''),
    settings: comparable([...told, ...facts]),
    metrics,
    tags: wordsOf(tags),
    notes: (tags.get('mlflow.note.content') ?? '').slice(0, 20_000),
    createdAt: startedAt ?? Date.now(),
    startedAt,
    finishedAt,
    parameterCount: numberIn(tags, 'atelier.parameters'),
    samplesPerSecond: numberIn(tags, 'atelier.samples_per_second'),
    bestEpoch: numberIn(tags, 'atelier.best_epoch'),
    stoppedEarly: tags.get('atelier.stopped_early') === 'true',
    error: status === 'interrupted' ? stillRunning : status === 'finished' ? null : errorIn(tags),
  };
}

/** Written beside what MLflow knows of a run (see `factsOf` in write.ts); null where it does not say. */
function numberIn(tags: ReadonlyMap<string, string>, name: string): number | null {
  const fact = pythonNumber(tags.get(name) ?? '') ?? NaN;
  return Number.isFinite(fact) && fact >= 0 ? fact : null;
}

function errorIn(tags: ReadonlyMap<string, string>): ExchangedRun['error'] {
  const [code, message] = [tags.get('atelier.error_code'), tags.get('atelier.error')];
  return code && message ? { code: code.slice(0, 100), message: message.slice(0, limits.valueLength) } : null;
}

/** Of a run that Atelier wrote. */
const ownIdentity = (text = ''): string | undefined => (/^[a-z]+:\S{1,500}$/.test(text) ? text : undefined);

const stillRunning = {
  code: 'imported_unfinished',
  message: 'It had no end where it came from when it was imported. Import it again once it has one.',
};

/** Tags here are words: `stage=candidate`, or the name alone where the value says no more. MLflow's own are told otherwise. */
function wordsOf(tags: ReadonlyMap<string, string>): string[] {
  const words = [...tags].flatMap(([name, value]) => {
    if (name.startsWith('mlflow.') || name.startsWith('atelier.')) return [];
    const text = cleanName(value);
    return [cleanName(text === '' || text.toLowerCase() === 'true' ? name : `${name}=${text}`)];
  });
  return [...new Set(words.filter((word) => word !== ''))].slice(0, limits.tags);
}
