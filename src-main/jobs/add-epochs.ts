import { getTrainedRun } from '../db/runs.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { hasDiverged, latestRate, mostEpochs, type AddedEpochs, type TrainSettings } from '../shared/run.ts';
import { goBackToBest, lastPosition } from './checkpoints.ts';
import type { Context } from './context.ts';
import { continueRun, type Queueing, type StartedRun } from './runs.ts';

/**
 * A run that has ended trains on from its last checkpoint, as a new stretch of the same run: weights, optimizer and the order of samples go
 * on as if it had not ended, and over the stretch the learning rate goes by a schedule of its own. Epochs that an early stop left out are
 * not made up for: so many are added to those done. A run that diverged goes on from its best checkpoint, before which all was well.
 */
export function addEpochs(context: Context, id: RunId, added: AddedEpochs, how: Queueing = {}): StartedRun {
  const { store } = context;
  const run = getTrainedRun(store, id);
  if (hasDiverged(run)) {
    const rate = latestRate(run.settings);
    if ((added.learningRate ?? rate) >= rate) {
      throw new AtelierError(
        'run_diverged',
        `The run "${run.name}" diverged at a learning rate of ${rate}: give a lower one for the epochs to add.`,
      );
    }
  }
  const last = !hasDiverged(run) || goBackToBest(store.folder, id) ? lastPosition(store.folder, id) : null;
  if (!last) {
    throw new AtelierError(
      'no_checkpoint',
      `The run "${run.name}" has no checkpoint to go on from. Train it again${hasDiverged(run) ? ' at a lower rate' : ', with more epochs'}.`,
    );
  }
  return continueRun(context, id, { ...how, settings: withEpochs(run.settings, last, added) });
}

/** The settings with a stretch more; what of it is left out is as the run had it. */
export function withEpochs(
  settings: TrainSettings,
  last: { step: number; epoch: number; plateau?: { rate: number } },
  added: AddedEpochs,
): TrainSettings {
  const epochs = last.epoch + added.epochs;
  if (epochs > mostEpochs) {
    throw new AtelierError(
      'invalid_settings',
      `A run has ${mostEpochs} epochs at most; this one would have ${epochs}.`,
    );
  }
  const follows = settings.schedule === 'plateau';
  const stretch = {
    step: last.step,
    epoch: last.epoch,
    epochsBefore: settings.epochs,
    learningRate:
      added.learningRate ?? (follows ? (last.plateau?.rate ?? settings.learningRate) : settings.learningRate),
    schedule: added.schedule ?? (settings.schedule === 'plateau' ? 'constant' : settings.schedule),
  };
  return { ...settings, epochs, stretches: [...(settings.stretches ?? []), stretch] };
}
