import { isOneClass } from '../../../../src-main/shared/labels.ts';
import type { Action } from '../../../state/actions.svelte.ts';
import { attempt } from '../../../ui/toasts.ts';
import { m } from '../../../words/messages.ts';
import { telling, whyNoStep } from '../label-acts.ts';
import { boundAct, stageKey, type Bound } from '../label-keys.ts';
import { label } from '../label.svelte.ts';
import type { StageAct } from '../stage-hand.ts';
import { agreement } from './agreement.svelte.ts';

/** What is done with a disagreement, with the key it has from the first: left is the first pass, right the second. */
export const agreeActs = [
  { id: 'agree-previous', word: m.agree_previous, key: 'up' },
  { id: 'agree-next', word: m.agree_next, key: 'down' },
  { id: 'agree-first', word: m.agree_take_first, key: 'left' },
  { id: 'agree-second', word: m.agree_take_second, key: 'right' },
  { id: 'agree-new', word: m.agree_take_new, key: 'e' },
] as const satisfies readonly StageAct[];
export type AgreeAct = (typeof agreeActs)[number]['id'];

export const agreeKey = (bound: Bound, id: AgreeAct): string =>
  stageKey(
    bound,
    agreeActs.find((one) => one.id === id)!,
  );

/** What becomes the label is said by a class's key; what is marked, or several classes, in the first pass's own view. */
async function settleAnew(): Promise<void> {
  const sample = agreement.current?.sample;
  if (sample === undefined) return;
  await agreement.settle('new');
  label.mode = 'stage';
  label.queue.look(sample);
}

export function agreeActions({ bound, keys }: { bound: Bound; keys: ReadonlyMap<number, string> }): Action[] {
  const none = () => (agreement.current ? undefined : m.agree_why_none());
  const byClass = isOneClass(label.kind);
  const run: Record<AgreeAct, () => void> = {
    'agree-previous': () => agreement.goTo(agreement.at - 1),
    'agree-next': () => agreement.goTo(agreement.at + 1),
    'agree-first': () => void attempt(() => agreement.settle('first')),
    'agree-second': () => void attempt(() => agreement.settle('second')),
    'agree-new': () => void attempt(settleAnew),
  };
  const action = (id: string, name: () => string, keys: string, act: () => void, why: Action['why']): Action => ({
    id: `label.${id}`,
    name,
    section: m.place_label,
    place: 'label',
    keys,
    why,
    run: act,
  });
  return [
    ...agreeActs
      .filter(({ id }) => id !== 'agree-new' || !byClass)
      .map(({ id, word }) => action(id, word, agreeKey(bound, id), run[id], none)),
    telling(
      action(
        'undo',
        m.undo,
        boundAct(bound, 'undo'),
        () => void attempt(() => agreement.back('undo')),
        whyNoStep('undo'),
      ),
    ),
    telling(
      action(
        'redo',
        m.label_redo,
        boundAct(bound, 'redo'),
        () => void attempt(() => agreement.back('redo')),
        whyNoStep('redo'),
      ),
    ),
    ...(byClass ? label.usable : []).flatMap(({ id, name }) => {
      const key = keys.get(id);
      if (key === undefined) return [];
      const settle = () => void attempt(() => agreement.settle('new', [id]));
      return [action(`class.${id}`, () => m.label_as({ name }), key, settle, none)];
    }),
  ];
}
