import { m } from '../../../words/messages.ts';
import type { StageAct } from '../stage-hand.ts';

/** What is done by a key on a text whose spans are marked, besides moving in it. */
export const spanActs = [
  { id: 'following', word: m.span_next, key: ']' },
  { id: 'previous', word: m.span_previous, key: '[' },
  { id: 'remove', word: m.span_remove, key: 'delete' },
  { id: 'relate', word: m.span_relate, key: 'r' },
  { id: 'snap', word: m.span_snap, key: 't' },
  { id: 'acceptAll', word: m.span_accept_all, key: 'a' },
  { id: 'rejectAll', word: m.span_reject_all, key: 'shift+r' },
  { id: 'next', word: m.label_next, key: '.' },
  { id: 'back', word: m.label_back, key: ',' },
] as const satisfies readonly StageAct[];
export type SpanAct = (typeof spanActs)[number]['id'];
