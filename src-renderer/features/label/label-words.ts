import type { LabellingKind, LabelState } from '../../../src-main/shared/labels.ts';
import { runs } from '../../state/runs.svelte.ts';
import { m } from '../../words/messages.ts';
import type { QueueOrder, StateFilter } from './label-queue.ts';

const states: Record<LabelState, () => string> = {
  new: m.label_state_new,
  suggested: m.label_state_suggested,
  labelled: m.label_state_labelled,
  reviewed: m.label_state_reviewed,
  skipped: m.label_state_skipped,
  unsure: m.label_state_unsure,
};
export const stateWord = (state: LabelState): string => states[state]();

export const filterWord = (filter: StateFilter): string =>
  filter === 'todo' ? m.label_filter_todo() : filter === 'all' ? m.label_filter_all() : stateWord(filter);

const orders: Record<QueueOrder, () => string> = {
  given: m.label_order_given,
  shuffled: m.label_order_shuffled,
  telling: m.label_order_telling,
  diverse: m.label_order_diverse,
  entropy: m.label_order_entropy,
  margin: m.label_order_margin,
  leastConfidence: m.label_order_least,
  suspicious: m.label_order_suspicious,
};
export const orderWord = (order: QueueOrder): string => orders[order]();

const kinds: Record<LabellingKind, () => string> = {
  single: m.label_kind_single,
  multiple: m.label_kind_multiple,
  objects: m.label_kind_objects,
  spans: m.label_kind_spans,
  segments: m.label_kind_segments,
  pair: m.label_kind_pair,
  rating: m.label_kind_rating,
};
export const kindWord = (kind: LabellingKind): string => kinds[kind]();

/** A person, by taking one pass's answer or another one. */
const settledWord = (take: string): string =>
  take === 'first' ? m.agree_who_first() : take === 'second' ? m.agree_who_second() : m.agree_who_new();

/** Who said it: a person, a run by its name, a rule by its pattern, a file by its name, the labelling of an earlier version. */
export function whoWord(who: string): string {
  const [kind, ...rest] = who.split(':');
  const name = rest.join(':');
  if (kind === 'run') return runs.list.find(({ id }) => id === name)?.name ?? name;
  if (kind === 'rule' || kind === 'file') return name;
  if (kind === 'few-shot') return m.label_who_labels();
  if (kind === 'settled') return settledWord(name);
  if (kind === 'version') return m.version_number({ n: name });
  return m.label_who_person();
}
