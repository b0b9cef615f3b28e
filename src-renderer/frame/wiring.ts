import type { StudioEvent } from '../../src-main/shared/contract.ts';
import { deviceTitles } from '../../src-main/shared/device.ts';
import { studio } from '../bridge/studio.ts';
import { actions } from '../state/actions.svelte.ts';
import { app } from '../state/app.svelte.ts';
import { datasets } from '../state/datasets.svelte.ts';
import { documents } from '../state/documents.svelte.ts';
import { exports } from '../state/exports.svelte.ts';
import { grids } from '../state/grids.svelte.ts';
import { jobs } from '../state/jobs.svelte.ts';
import { navigation } from '../state/navigation.svelte.ts';
import { preferences } from '../state/preferences.svelte.ts';
import { prompts } from '../state/prompts.svelte.ts';
import { queue } from '../state/queue.svelte.ts';
import { runs } from '../state/runs.svelte.ts';
import { studies } from '../state/studies.svelte.ts';
import { notify, notifyError } from '../ui/toasts.ts';
import { m } from '../words/messages.ts';
import { takeStep } from './edit-commands.ts';

function take(event: StudioEvent): void {
  switch (event.type) {
    case 'jobs':
      return jobs.take(event.jobs);
    case 'metrics':
      return runs.takePoints(event.run, event.points);
    case 'trial':
      return studies.take(event.study, event.trial);
    case 'completion':
      return prompts.take(event.news);
    case 'study-ended': {
      const [words, kind] = event.failed
        ? ([m.toast_study_failed, 'warning'] as const)
        : ([m.toast_study_ended, 'success'] as const);
      if (navigation.place === 'tune') return;
      const open = { label: m.open(), run: () => navigation.go({ place: 'tune', study: event.study }) };
      return notify(words({ title: event.name }), open, kind);
    }
    case 'device-failed':
      return notify(
        m.toast_device_failed({ device: deviceTitles[event.device], name: event.name }),
        { label: m.open(), run: () => navigation.go({ place: 'runs', run: event.run }) },
        'warning',
      );
    case 'run-warning':
      return notify(
        m.toast_checkpoint_not_saved({ name: event.name }),
        { label: m.open(), run: () => navigation.go({ place: 'runs', run: event.run }) },
        'warning',
      );
    case 'command':
      if (event.command === 'edit.undo' || event.command === 'edit.redo') {
        return takeStep(event.command === 'edit.undo' ? 'undo' : 'redo');
      }
      actions.run(event.command);
      return;
    case 'changed':
      if (event.noun === 'runs') return void runs.changed(event.runs);
      return void reload[event.noun]();
  }
}

const reload = {
  datasets: () => datasets.load(),
  exports: () => exports.load(),
  devices: () => app.examine(),
  preferences: () => preferences.load(),
  workspace: () => app.load(),
  queue: () => queue.load(),
  studies: () => studies.changed(),
  prompts: () => prompts.changed(),
  grids: () => grids.changed(),
  documents: () => documents.changed(),
};

/** Listens first and asks then, so that nothing falls between. Returns the function that stops it. */
export function connect(): () => void {
  const stop = studio.onEvents(take);
  const failed = (error: unknown) => notifyError(error);
  const leave = () => void preferences.flush().catch(() => {});
  addEventListener('beforeunload', leave);
  preferences.load().catch(failed);
  jobs.load().catch(failed);
  queue.load().catch(failed);
  void app.load();
  void datasets.load();
  void runs.load();
  void exports.load();
  void studies.load();
  void prompts.load();
  // The device report may take a moment to find out, and nothing waits for it.
  setTimeout(() => void app.examine(), 500);
  return () => {
    stop();
    removeEventListener('beforeunload', leave);
  };
}
