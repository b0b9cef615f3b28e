import { AtelierError } from '../../shared/errors.ts';
import type { LabellingId } from '../../shared/ids.ts';
import {
  blank,
  isJudgedKind,
  isMarkedKind,
  isOneClass,
  mostClasses,
  resolvedClass,
  type ClassAct,
  type LabelClass,
  type LabellingKind,
  type LabelOutcome,
  type LabelPatch,
  type SampleLabel,
} from '../../shared/labels.ts';

/** What the classes are, by id: those that are merged or removed too. */
export type Classes = ReadonlyMap<number, LabelClass>;

/** See `Labels.give`. */
export type GiveLabels = (
  id: LabellingId,
  who: string,
  given: ReadonlyMap<number, SampleLabel>,
  over?: (now: SampleLabel) => boolean,
) => Promise<LabelOutcome>;

/** A sample's label after a person said this of it. Throws `no_such_class`, `several_classes`, `label_without_class`, `invalid_state`, `marks_not_classes`. */
export function labelAfter(now: SampleLabel, patch: LabelPatch, kind: LabellingKind, classes: Classes): SampleLabel {
  const note = patch.note ?? now.note;
  if (patch.classes === undefined && patch.state === undefined) return { ...now, note };
  if (patch.state === 'suggested') {
    throw new AtelierError('invalid_state', 'People label samples; runs and rules suggest. Choose another state.');
  }
  if (isMarkedKind(kind)) {
    if (patch.classes === undefined) return { ...blank, state: patch.state!, classes: now.classes, note };
    throw new AtelierError(
      'marks_not_classes',
      'In this labelling the things in a sample have classes, not the sample. Mark something, or open the labelling of classes.',
    );
  }
  const given = patch.classes && checkedClasses(patch.classes, kind, classes);
  const state = patch.state ?? (given!.length > 0 || kind === 'multiple' ? 'labelled' : 'new');
  const dropped = state === 'new' || state === 'skipped';
  const chosen = given ?? (dropped ? [] : now.classes);
  if ((state === 'labelled' || state === 'reviewed') && chosen.length === 0 && isOneClass(kind)) {
    throw new AtelierError('label_without_class', `A sample can only be ${state} as a class. Name its class first.`);
  }
  return { ...blank, state, classes: chosen, note };
}

/** Merged ones resolved, each once, ascending. */
export function checkedClasses(ids: readonly number[], kind: LabellingKind, classes: Classes): number[] {
  const resolved = [...new Set(ids.map((id) => usableClass(classes, id).id))].sort((a, b) => a - b);
  if (isOneClass(kind) && resolved.length > 1) {
    throw new AtelierError('several_classes', 'Each sample has one class in this labelling. Name one.');
  }
  return resolved;
}

export function usableClass(classes: Classes, id: number): LabelClass {
  const found = classes.get(resolvedClass(classes, id));
  if (found && !found.removed) return found;
  throw new AtelierError(
    'no_such_class',
    `There is no class ${id} in this labelling. It may have been removed; undo brings it back.`,
  );
}

/** The class after the act, and its id. `inUse`: whether any sample is of it. Throws `no_such_class`, `class_taken`, `class_in_use`, `too_many_label_classes`. */
export function classAfter(
  act: ClassAct,
  classes: Classes,
  next: number,
  inUse: (ids: ReadonlySet<number>) => boolean,
): LabelClass {
  if (act.act === 'make') {
    const used = usedClasses(classes);
    if (used.length >= mostClasses) {
      throw new AtelierError(
        'too_many_label_classes',
        `There are ${mostClasses} classes, which is as many as there can be. Merge or remove some.`,
      );
    }
    requireFree(used, act.name);
    const place = Math.max(0, ...[...classes.values()].map((one) => one.place)) + 1;
    return { id: next, name: act.name, colour: act.colour ?? null, place, mergedInto: null, removed: false };
  }
  const found = usableClass(classes, act.class);
  switch (act.act) {
    case 'rename':
      requireFree(
        usedClasses(classes).filter((one) => one.id !== found.id),
        act.name,
      );
      return { ...found, name: act.name };
    case 'recolour':
      return { ...found, colour: act.colour };
    case 'merge': {
      const into = usableClass(classes, act.into);
      if (into.id === found.id)
        throw new AtelierError('same_class', 'A class cannot be merged into itself. Name another one.');
      return { ...found, mergedInto: into.id };
    }
    case 'remove': {
      const all = new Set([...classes.keys()].filter((id) => resolvedClass(classes, id) === found.id));
      if (inUse(all)) {
        throw new AtelierError(
          'class_in_use',
          `There are samples of the class "${found.name}". Merge it into another class, or label those anew first.`,
        );
      }
      return { ...found, removed: true };
    }
  }
}

/** The classes of judged answers are always the same; only how they look is a person's. Throws `fixed_classes`. */
export function requireClassAct(kind: LabellingKind, { act }: ClassAct): void {
  if (!isJudgedKind(kind) || act === 'recolour') return;
  throw new AtelierError(
    'fixed_classes',
    kind === 'pair'
      ? 'Of two answers one is better, or it is a tie, or both are bad: these classes cannot be changed.'
      : 'Ratings go from 1 to 5: these classes cannot be changed.',
  );
}

/** Those that samples can be given. */
export const usedClasses = (classes: Classes | readonly LabelClass[]): LabelClass[] =>
  [...classes.values()].filter((one) => one.mergedInto === null && !one.removed);

function requireFree(classes: readonly LabelClass[], name: string): void {
  if (!classes.some((one) => one.name === name)) return;
  throw new AtelierError('class_taken', `There is a class "${name}" already. Choose another name, or merge the two.`);
}
