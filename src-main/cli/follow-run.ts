import type { StartedRun } from '../jobs/runs.ts';
import type { Studio } from '../jobs/studio.ts';
import { deviceTitles } from '../shared/device.ts';
import type { RunId } from '../shared/ids.ts';
import type { TrainedRun } from '../shared/run.ts';
import { taskFacts } from '../shared/task.ts';
import type { Session } from './context.ts';
import { EpochLines } from './epoch-lines.ts';
import { count, metric } from './format.ts';
import { runJson, settingsJson } from './json.ts';

/** Tells of a training from its start to its end: points as JSON, else a line an epoch. Throws what it fails with. */
export async function followRun(session: Session, studio: Studio, { run, result }: StartedRun): Promise<void> {
  const { out } = session;
  tellStarted(session, studio.runs.getTrained(run));
  const deaf = tellPoints(session, studio, run);
  try {
    tellFinished(session, await result);
  } catch (error) {
    const { status, error: why } = studio.runs.get(run);
    out.record({ event: status, run, code: why?.code ?? null, message: why?.message ?? null });
    throw error;
  } finally {
    deaf();
  }
}

export function tellStarted({ out }: Session, run: TrainedRun): void {
  out.record({
    event: 'started',
    run: run.id,
    name: run.name,
    job: run.job,
    dataset: run.dataset,
    version: run.version,
    settings: settingsJson(run.settings),
  });
  out.note(`Training ${run.name} (${run.id}) on ${run.settings.device}, ${run.settings.threads} threads`);
}

/** Returns the function that stops it. */
function tellPoints({ out }: Session, studio: Studio, run: RunId): () => void {
  const epochLines = new EpochLines((line) => out.note(line), studio.runs.getTrained(run).settings.epochs);
  return studio.onEvent((event) => {
    if (event.type === 'device-failed' && event.run === run) {
      out.record({ event: 'device_failed', run, device: event.device, reason: event.reason.message });
      out.note(`${deviceTitles[event.device]} failed: ${event.reason.message} The run goes on on the CPU.`);
    }
    if (event.type === 'run-warning' && event.run === run) {
      out.record({ event: 'warning', run, code: event.warning.code, message: event.warning.message });
      out.note(`warning: ${event.warning.message}`);
    }
    if (event.type !== 'metrics' || event.run !== run) return;
    for (const point of event.points) out.record({ event: 'metric', ...point });
    if (!out.json) epochLines.add(event.points);
  });
}

export function tellFinished({ out }: Session, run: TrainedRun): void {
  out.record({ event: 'finished', ...runJson(run) });
  const shown = taskFacts[run.task].metrics
    .flatMap((metric) => [`validation/${metric}`, `test/${metric}`])
    .filter((key) => key in run.metrics);
  out.text(
    `Finished ${run.name} (${run.id}): ${shown.map((key) => `${key} ${metric(key, run.metrics[key])}`).join(', ')}` +
      ` (best epoch ${run.bestEpoch}; ${count(run.parameterCount ?? 0)} parameters; ${speed(run)})`,
  );
}

/** Of texts a sample is a block of tokens. */
function speed({ task, samplesPerSecond, settings }: TrainedRun): string {
  const rate = samplesPerSecond ?? 0;
  return task === 'language'
    ? `${count(rate * Number(settings.architectureSettings.context))} tokens/s`
    : `${count(rate)} samples/s`;
}
