import type { Job } from '../../src-main/shared/job.ts';
import { datasets } from '../state/datasets.svelte.ts';
import { exports } from '../state/exports.svelte.ts';
import { importing } from '../state/importing.svelte.ts';
import { jobs } from '../state/jobs.svelte.ts';
import { navigation } from '../state/navigation.svelte.ts';
import type { Location } from '../state/navigation.svelte.ts';
import { studies } from '../state/studies.svelte.ts';
import { notify, notifyFailure } from '../ui/toasts.ts';
import { errorText } from '../words/errors.ts';
import { m } from '../words/messages.ts';

/** Where what a job made can be seen. */
export function resultOf(job: Job): Location | null {
  if (job.kind === 'export') {
    const made = job.run ? exports.ofRun(job.run)[0] : undefined;
    return { place: 'export', ...(made ? { export: made.id } : {}) };
  }
  if (job.kind === 'selftest' || job.kind === 'provider') return { place: 'settings', section: 'devices' };
  if (job.kind === 'download') return { place: 'playground' };
  if (job.kind === 'documents') return { place: 'playground', view: 'documents' };
  if (job.kind === 'import-runs') return { place: 'runs', ...(job.run && { run: job.run }) };
  if (job.kind === 'train' && job.run) return { place: 'runs', run: job.run };
  if (job.dataset) return { place: 'data', dataset: job.dataset };
  return null;
}

function isInSight(to: Location): boolean {
  const here = navigation.here;
  if (here.place !== to.place) return false;
  if (here.place === 'runs' && to.place === 'runs') return here.run === to.run || (!here.run && !here.compare);
  if (here.place === 'data' && to.place === 'data') return here.dataset === to.dataset;
  return true;
}

/** What takes away the word of each failure that was told. */
const failures: (() => void)[] = [];

/** What failed is in sight. */
export function failuresSeen(): void {
  for (const takeAway of failures.splice(0)) takeAway();
}

/** The result appears where it was asked for; elsewhere a toast says that it is there. */
export function announceResults(): () => void {
  return jobs.onEnded((job) => void announce(job));
}

async function announce(job: Job): Promise<void> {
  // Forty trials are no forty pieces of news; their study tells when it is done.
  if (job.kind === 'train' && studies.isTrial(job.run)) return;
  if (job.kind === 'revise' && studies.prepares(job.title)) return void (await datasets.load());
  if (job.status === 'failed' || job.status === 'interrupted') {
    const facts = job.error ?? { code: 'internal', message: '', details: [] };
    const details = { label: m.show_details(), run: () => (jobs.trayOpen = true) };
    // The open tray tells it, and a toast would lie over the tray; the page of a run tells why it failed.
    if (jobs.trayOpen || (job.kind === 'train' && navigation.of('runs').run === job.run && navigation.place === 'runs'))
      return;
    failures.push(notifyFailure(m.job_failed_toast({ title: job.title, reason: errorText(facts).headline }), details));
    return;
  }
  // Where it was asked for tells where the files are.
  if (job.status !== 'finished') return;
  if (job.kind === 'export-data' || job.kind === 'import-runs' || job.kind === 'export-runs') return;
  if (job.kind === 'score' || job.kind === 'generate' || job.kind === 'suggest-marks') return;
  // They are seen where they were asked for, cell by cell.
  if (job.kind === 'grid' || job.kind === 'assess' || job.kind === 'similarity' || job.kind === 'embed') return;
  if (job.kind === 'export') await exports.load();
  if (job.kind === 'import' || job.kind === 'revise' || job.kind === 'relink') await datasets.load();
  const to = resultOf(job);
  if (!to) return;
  const before = importing.grownFrom(job.id);
  if (before) {
    const same = job.dataset !== null && datasets.byId(job.dataset)?.latestVersion === before;
    const words = job.kind === 'relink' ? m.toast_relinked : same ? m.toast_unchanged : m.toast_revised;
    notify(words({ title: job.title }), same ? undefined : { label: m.open(), run: () => navigation.go(to) });
    return;
  }
  if (to.place === 'data' && importing.begun(job.id) && navigation.place === 'data') {
    navigation.go({ ...to, tab: 'samples' });
    return;
  }
  if (isInSight(to)) return;
  const words = {
    import: m.toast_imported,
    revise: m.toast_revised,
    relink: m.toast_relinked,
    leaks: m.toast_looked,
    quality: m.toast_looked,
    prelabel: m.toast_prelabelled,
    train: m.toast_trained,
    evaluate: m.toast_evaluated,
    predict: m.toast_evaluated,
    export: m.toast_exported,
    selftest: m.toast_selftest,
    provider: m.toast_provider,
    download: m.toast_downloaded,
    documents: m.toast_documents,
  }[job.kind];
  notify(words({ title: job.title }), { label: m.open(), run: () => navigation.go(resultOf(job) ?? to) });
}
