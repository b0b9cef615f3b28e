import { isJudgedKind, isOneClass } from '../../../src-main/shared/labels.ts';
import type { Action } from '../../state/actions.svelte.ts';
import { notifyWhy } from '../../ui/toasts.ts';
import { m } from '../../words/messages.ts';
import { boundAct, type Bound, type LabelAct } from './label-keys.ts';
import { label } from './label.svelte.ts';

interface Given {
  bound: Bound;
  keys: ReadonlyMap<number, string>;
  attempt: (act: () => Promise<unknown>) => Promise<unknown>;
  note: () => void;
  make: () => void;
  /** Opens what a class is named, coloured and merged in. */
  edit: (id: number) => void;
  /** Opens which keys do what. */
  keysDialog: () => void;
}

export const actWords: Record<LabelAct, () => string> = {
  next: m.label_next,
  back: m.label_back,
  confirm: m.label_confirm,
  accept: m.label_accept,
  reject: m.label_reject,
  skip: m.label_skip,
  unsure: m.label_unsure,
  review: m.label_review,
  clear: m.label_clear,
  note: m.label_note,
  undo: m.undo,
  redo: m.label_redo,
  undoSample: m.label_undo_sample,
  redoSample: m.label_redo_sample,
  grid: m.label_grid,
  make: m.label_make,
  editClass: m.label_edit_one,
};

/** One whose keys say why not: where nothing seems to happen people press them again. */
export const telling = (action: Action): Action => ({ ...action, tells: true });

/** Why nothing can be undone or redone across all samples. */
export const whyNoStep = (act: 'undo' | 'redo') => (): string | undefined => (label.can[act] ? undefined : noStep(act));
const noStep = (act: 'undo' | 'redo'): string => (act === 'undo' ? m.label_why_no_undo() : m.label_why_no_redo());

const oneSuggested = (): boolean => label.meant.some((sample) => label.of(sample)?.state === 'suggested');

/** Says it of what is meant, and goes on: the answer comes while the next is looked at. */
function say(given: Pick<Given, 'attempt'>, patch: Parameters<typeof label.say>[1], onward = true): void {
  const samples = label.meant;
  if (samples.length === 0) return;
  void given.attempt(() => label.say(samples, patch));
  if (onward && label.mode === 'stage') label.queue.step(1);
}

/** The class of what is meant; where samples have several, it is put to them or taken away. */
export function nameClass(given: Pick<Given, 'attempt'>, id: number): void {
  if (label.marked) return label.hand?.name(id);
  if (isOneClass(label.kind)) return say(given, { state: 'labelled', classes: [label.sided(id)] });
  const samples = label.meant;
  const all = samples.every((sample) => label.of(sample)?.classes.includes(id));
  const groups = new Map<string, number[]>();
  for (const sample of samples) {
    const now = new Set(label.of(sample)?.classes);
    if (all) now.delete(id);
    else now.add(id);
    const key = JSON.stringify([...now].sort((a, b) => a - b));
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [classes, some] of groups) {
    void given.attempt(() => label.say(some, { state: 'labelled', classes: JSON.parse(classes) as number[] }));
  }
}

/** The class that is meant where one is edited by a key: of new marks, or of the sample in front. */
function classInHand(): number | null {
  if (label.marked) return label.pen;
  const [first] = label.current === null ? [] : (label.of(label.current)?.classes ?? []);
  return first ?? label.usable[0]?.id ?? null;
}

type ActionOf = (act: LabelAct, run: () => void, why?: () => string | undefined) => Action;

/** Making and changing classes; each can be changed by its name in the palette. */
function classActions(given: Given, action: ActionOf): Action[] {
  const none = () => (label.usable.length === 0 ? m.label_why_no_classes() : undefined);
  const edit = () => {
    const id = classInHand();
    if (id !== null) given.edit(id);
  };
  return [
    action('make', given.make),
    action('editClass', edit, none),
    ...label.usable.map(({ id, name }): Action => ({
      id: `label.class.${id}.edit`,
      name: () => m.label_edit_class({ name }),
      section: m.place_label,
      place: 'label',
      run: () => given.edit(id),
    })),
  ];
}

/** What Enter means: a suggestion is taken; of samples with several classes, or marks, what is there is all. */
function confirm(given: Given): void {
  if (oneSuggested() || !isOneClass(label.kind)) say(given, { state: 'labelled' });
  else label.queue.step(1);
}

/** Takes suggestions for labels; of the grid's only those that are any. */
function accept(given: Given): void {
  const samples = label.meant.filter((sample) => label.of(sample)?.state === 'suggested');
  void given.attempt(() => label.say(samples, { state: 'labelled' }));
  if (label.mode === 'stage') label.queue.step(1);
}

export function labelActions(given: Given): Action[] {
  const key = (act: LabelAct) => boundAct(given.bound, act);
  const nothing = () => (label.meant.length === 0 ? m.label_why_none() : undefined);
  const action = (act: LabelAct, run: () => void, why: () => string | undefined = () => undefined): Action => ({
    id: `label.${act}`,
    name: actWords[act],
    section: m.place_label,
    place: 'label',
    keys: key(act),
    why,
    run,
  });
  const unlabelled = () =>
    nothing() ??
    (isOneClass(label.kind) && label.meant.some((sample) => label.of(sample)?.classes.length === 0)
      ? m.label_why_no_class()
      : undefined);
  const unsuggested = () => nothing() ?? (oneSuggested() ? undefined : m.label_why_no_suggestion());
  const sampled = (act: 'undo' | 'redo') => () => {
    const sample = label.current;
    if (sample === null) return;
    void given.attempt(async () => {
      // Only the log knows what there is of one sample.
      if ((await label.back(act, sample)) === null) notifyWhy(noStep(act));
    });
  };
  return [
    action('next', () => label.queue.step(1)),
    action('back', () => label.queue.step(-1)),
    action('confirm', () => confirm(given), nothing),
    action('accept', () => accept(given), unsuggested),
    action('reject', () => say(given, { state: 'new', classes: [] }), unsuggested),
    action('skip', () => say(given, { state: 'skipped' }), nothing),
    action('unsure', () => say(given, { state: 'unsure' }), nothing),
    action('review', () => say(given, { state: 'reviewed' }), unlabelled),
    action('clear', () => say(given, label.marked ? { state: 'new' } : { state: 'new', classes: [] }, false), nothing),
    action('note', given.note, () => (label.current === null ? m.label_why_none() : undefined)),
    telling(action('undo', () => void given.attempt(() => label.back('undo')), whyNoStep('undo'))),
    telling(action('redo', () => void given.attempt(() => label.back('redo')), whyNoStep('redo'))),
    telling(action('undoSample', sampled('undo'), nothing)),
    telling(action('redoSample', sampled('redo'), nothing)),
    { id: 'label.keys', name: m.label_keys, section: m.place_label, place: 'label', run: given.keysDialog },
    action('grid', () => (label.mode = label.mode === 'grid' ? 'stage' : 'grid')),
    ...(isJudgedKind(label.kind) ? [] : classActions(given, action)),
    ...label.usable.flatMap(({ id, name }): Action[] => {
      const keys = given.keys.get(id);
      if (keys === undefined) return [];
      const run = () => nameClass(given, id);
      return [
        {
          id: `label.class.${id}`,
          name: () => m.label_as({ name }),
          section: m.place_label,
          place: 'label',
          keys,
          why: nothing,
          run,
        },
      ];
    }),
  ];
}
