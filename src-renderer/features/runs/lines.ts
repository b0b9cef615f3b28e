import { allSettings, type FieldRun } from '../../../src-main/shared/run-fields.ts';
import type { RunGroup } from '../../../src-main/shared/run-groups.ts';
import type { RunSummary, SettingValue } from '../../../src-main/shared/run.ts';
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

const flat = new WeakMap<RunSummary['settings'], Record<string, SettingValue>>();

const wrapped = new WeakMap<RunSummary, AskedRun>();

/** The same one each time, as long as the run is as it was. */
export function asked(run: RunSummary): AskedRun {
  const known = wrapped.get(run);
  if (known) return known;
  let settings = flat.get(run.settings);
  if (!settings) flat.set(run.settings, (settings = allSettings(run.settings)));
  const made = { run, settings, metric: (key: string) => runs.metrics.of(run, key) };
  wrapped.set(run, made);
  return made;
}

/** What runs were asked to do: every setting with its different values. It only grows, and each run is looked at once. */
export class KnownSettings {
  readonly values = new Map<string, Set<string>>();
  readonly #seen = new WeakSet<object>();

  learn(run: AskedRun): void {
    if (this.#seen.has(run.settings)) return;
    this.#seen.add(run.settings);
    for (const key in run.settings) {
      const values = this.values.get(key);
      if (values) values.add(String(run.settings[key]));
      else this.values.set(key, new Set([String(run.settings[key])]));
    }
  }
}
