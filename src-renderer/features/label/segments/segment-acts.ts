import { m } from '../../../words/messages.ts';
import type { StageAct } from '../stage-hand.ts';

/** What is done by a key on a recording whose segments are marked. */
export const segmentActs = [
  { id: 'play', word: m.segment_play, key: 'space' },
  { id: 'playOwn', word: m.segment_play_own, key: 'p' },
  { id: 'loop', word: m.segment_loop, key: 'l' },
  { id: 'in', word: m.segment_in, key: 'i' },
  { id: 'out', word: m.segment_out, key: 'o' },
  { id: 'following', word: m.segment_next, key: ']' },
  { id: 'previous', word: m.segment_previous, key: '[' },
  { id: 'remove', word: m.segment_remove, key: 'delete' },
  { id: 'left', word: m.segment_left, key: 'left' },
  { id: 'right', word: m.segment_right, key: 'right' },
  { id: 'left10', word: m.segment_left10, key: 'shift+left' },
  { id: 'right10', word: m.segment_right10, key: 'shift+right' },
  { id: 'first', word: m.segment_first, key: 'home' },
  { id: 'last', word: m.segment_last, key: 'end' },
  { id: 'startLeft', word: m.segment_start_left, key: 'alt+left' },
  { id: 'startRight', word: m.segment_start_right, key: 'alt+right' },
  { id: 'endLeft', word: m.segment_end_left, key: 'alt+shift+left' },
  { id: 'endRight', word: m.segment_end_right, key: 'alt+shift+right' },
  { id: 'zoomIn', word: m.segment_zoom_in, key: '=' },
  { id: 'zoomOut', word: m.segment_zoom_out, key: '-' },
  { id: 'fit', word: m.segment_fit, key: 'z' },
  { id: 'acceptAll', word: m.segment_accept_all, key: 'a' },
  { id: 'rejectAll', word: m.segment_reject_all, key: 'shift+r' },
  { id: 'next', word: m.label_next, key: '.' },
  { id: 'back', word: m.label_back, key: ',' },
] as const satisfies readonly StageAct[];
export type SegmentAct = (typeof segmentActs)[number]['id'];
