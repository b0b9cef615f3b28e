import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';

type Noun =
  | 'labels.open'
  | 'labels.set'
  | 'labels.accept'
  | 'labels.marks'
  | 'labels.mark'
  | 'labels.acceptMarks'
  | 'labels.suggestions'
  | 'labels.suggest'
  | 'labels.learn'
  | 'labels.stopLearning'
  | 'labels.rule'
  | 'labels.class'
  | 'labels.undo'
  | 'labels.redo'
  | 'labels.history'
  | 'labels.freeze'
  | 'labels.agreement'
  | 'labels.answers'
  | 'labels.settle';

export function labelHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'labels.open': ({ version, ...wish }) => desk.studio.labels.open(version, wish),
    'labels.set': ({ labelling, samples, label }) => desk.studio.labels.set(labelling, samples, label),
    'labels.accept': ({ labelling, atLeast }) => desk.studio.labels.accept(labelling, atLeast),
    'labels.marks': ({ labelling, samples }) => desk.studio.labels.marks(labelling, samples),
    'labels.mark': ({ labelling, samples }) =>
      desk.studio.labels.markAll(labelling, new Map(samples.map(({ sample, edits }) => [sample, edits]))),
    'labels.acceptMarks': ({ labelling, atLeast }) => desk.studio.labels.acceptMarks(labelling, atLeast),
    'labels.suggestions': ({ labelling }) => desk.studio.labels.suggestions(labelling),
    'labels.suggest': async ({ labelling, version, run }) =>
      (await desk.studio.labels.suggesting.byModel(labelling, version, { run })).result,
    'labels.learn': ({ labelling, version, way }) => desk.studio.fewShot.learn(labelling, version, { way }),
    'labels.stopLearning': () => {
      desk.studio.fewShot.cancel();
      return null;
    },
    'labels.rule': ({ labelling, version, rule }) => desk.studio.labels.suggesting.byRule(labelling, version, rule),
    'labels.class': ({ labelling, act }) => desk.studio.labels.classAct(labelling, act),
    'labels.undo': ({ labelling, sample }) => desk.studio.labels.undo(labelling, sample),
    'labels.redo': ({ labelling, sample }) => desk.studio.labels.redo(labelling, sample),
    'labels.history': ({ labelling, sample }) => desk.studio.labels.history(labelling, sample),
    'labels.agreement': ({ labelling, overlap }) => desk.studio.labels.settling.report(labelling, overlap),
    'labels.answers': ({ labelling, sample }) => desk.studio.labels.settling.answers(labelling, sample),
    'labels.settle': ({ labelling, sample, take, classes }) =>
      desk.studio.labels.settling.settle(labelling, sample, take, classes),
    'labels.freeze': async ({ labelling, version }) => (await desk.studio.labels.freeze(labelling, version)).result,
  };
}
