import { allSettings, type FieldRun } from '../../../src-main/shared/run-fields.ts';
import type { RunGroup } from '../../../src-main/shared/run-groups.ts';
import type { RunSummary, SettingValue, TrainSettings } from '../../../src-main/shared/run.ts';
import { runs } from '../../state/runs.svelte.ts';

/** A run as filters, groups and columns ask it. */
export interface AskedRun extends FieldRun {
  run: RunSummary;
}

/** A line of the runs table: a run, or runs that share what they are grouped by. */
export interface Line {
  id: string;
  run: AskedRun | null;
  group: RunGroup<AskedRun> | null;
  /** Under a group. */
  inner: boolean;
}

const flat = new WeakMap<TrainSettings, Record<string, SettingValue>>();

export function asked(run: RunSummary): AskedRun {
  let settings = flat.get(run.settings);
  if (!settings) flat.set(run.settings, (settings = allSettings(run.settings)));
  return { run, settings, metric: (key) => runs.metric(run, key) };
}
