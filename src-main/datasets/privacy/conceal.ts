import { createHmac } from 'node:crypto';
import type { PersonalKind } from '../../shared/privacy.ts';
import { changeBy, type Change } from '../recipes/spans/edits.ts';
import { findPersonal, finders } from './detect.ts';

export const manners = ['mask', 'hash', 'remove'] as const;
export type Manner = (typeof manners)[number];

export interface Concealment {
  kinds: ReadonlySet<PersonalKind>;
  how: Manner;
  salt: string;
}

/**
 * A text with its personal data masked by the kind's name ("[email]"), removed, or exchanged for a keyed hash ("email:" and the first 64 bits of
 * HMAC-SHA-256 in hexadecimal): the same address has the same one, and without the salt nobody can try all numbers.
 */
export const concealed = (text: string, concealment: Concealment): string => concealedChange(text, concealment).after;

/** The same, and where. */
export const concealedChange = (text: string, { kinds, how, salt }: Concealment): Change =>
  changeBy(
    text,
    findPersonal(text, kinds).map(({ kind, start, end }) => ({
      start,
      end,
      by: inPlaceOf(text.slice(start, end), kind, how, salt),
    })),
  );

function inPlaceOf(found: string, kind: PersonalKind, how: Manner, salt: string): string {
  switch (how) {
    case 'mask':
      return `[${kind}]`;
    case 'remove':
      return '';
    case 'hash':
      return `${kind}:${createHmac('sha256', salt).update(finders[kind].normal(found)).digest('hex').slice(0, 16)}`;
  }
}

/** So that it can be told for what it is and for nobody's: the first and last letter or digit, dots for those between. */
export function hinted(found: string): string {
  const characters = [...found];
  const places = characters.flatMap((character, i) => (/[\p{L}\p{N}]/u.test(character) ? [i] : []));
  const shown = new Set([places[0], places[places.length - 1]]);
  return characters
    .map((character, i) => (/[\p{L}\p{N}]/u.test(character) && !shown.has(i) ? '•' : character))
    .join('');
}
