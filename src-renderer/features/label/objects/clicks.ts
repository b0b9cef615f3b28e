import type { ClickMask, MaskClick } from '../../../../src-main/shared/marker.ts';
import { mostClicks } from '../../../../src-main/shared/marker.ts';
import { bitsOf, type Bits } from './mask-bits.ts';

/** Clicks in an image, and the mask that a model makes of them. */
export interface ClickDraft {
  kind: 'clicks';
  clicks: readonly MaskClick[];
  /** Null: not known yet, or nothing. */
  found: ClickMask | null;
  bits: Bits | null;
  state: 'asking' | 'found' | 'nothing';
}

export const withClick = (draft: ClickDraft | null, click: MaskClick): ClickDraft => {
  const clicks = [...(draft?.clicks ?? []), click].slice(-mostClicks);
  return { kind: 'clicks', clicks, found: draft?.found ?? null, bits: draft?.bits ?? null, state: 'asking' };
};

/** Null where it was the only one. */
export const withoutLast = (draft: ClickDraft): ClickDraft | null =>
  draft.clicks.length > 1 ? { ...draft, clicks: draft.clicks.slice(0, -1), state: 'asking' } : null;

export const answered = (draft: ClickDraft, found: ClickMask | null): ClickDraft => ({
  ...draft,
  found,
  bits: found && bitsOf(found.mask),
  state: found ? 'found' : 'nothing',
});
