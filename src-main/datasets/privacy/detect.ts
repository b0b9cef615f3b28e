import { personalKinds, type PersonalKind } from '../../shared/privacy.ts';
import type { Finder, Span } from './finder.ts';
import { card } from './kinds/card.ts';
import { email } from './kinds/email.ts';
import { iban } from './kinds/iban.ts';
import { chineseId, socialSecurity } from './kinds/ids.ts';
import { ip } from './kinds/ip.ts';
import { phone } from './kinds/phone.ts';

export const finders: Readonly<Record<PersonalKind, Finder>> = {
  email,
  iban,
  'cn-id': chineseId,
  ssn: socialSecurity,
  card,
  ip,
  phone,
};

export interface Personal extends Span {
  kind: PersonalKind;
}

/** An expression of RE2 that every text with personal data in it matches: quick to tell that there is none. */
export const suspicious = '(?s)[@:]|[0-9].*[0-9].*[0-9].*[0-9]';

/** Personal data of these kinds in a text, in order; where two kinds overlap the earlier of `personalKinds` counts. */
export function findPersonal(text: string, kinds: ReadonlySet<PersonalKind>): Personal[] {
  const found: Personal[] = [];
  let taken: Uint8Array | null = null;
  for (const kind of personalKinds) {
    if (!kinds.has(kind)) continue;
    for (const { start, end } of finders[kind].find(text)) {
      taken ??= new Uint8Array(text.length);
      if (taken.subarray(start, end).includes(1)) continue;
      taken.fill(1, start, end);
      found.push({ kind, start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
