import { personalKinds, type PersonalKind } from '../../shared/privacy.ts';
import type { Finder, Span } from './finder.ts';
import { card } from './kinds/card.ts';
import { email } from './kinds/email.ts';
import { iban } from './kinds/iban.ts';
import { chineseId, socialSecurity } from './kinds/ids.ts';
import { ip } from './kinds/ip.ts';
import { name } from './kinds/name.ts';
import { nationalId } from './kinds/national.ts';
import { phone } from './kinds/phone.ts';

export const finders: Readonly<Record<PersonalKind, Finder>> = {
  email,
  iban,
  'cn-id': chineseId,
  ssn: socialSecurity,
  'national-id': nationalId,
  card,
  ip,
  phone,
  name,
};

export interface Personal extends Span {
  kind: PersonalKind;
}

/** An expression of RE2 that every text with personal data of these kinds in it matches: quick to tell that there is none. */
export const suspicious = (kinds: readonly PersonalKind[]): string =>
  kinds.includes('name') ? `${byForm}|${byName}` : byForm;

const byForm = '(?s)[@:]|[0-9].*[0-9].*[0-9].*[0-9]';
const byName = '\\p{Lu}\\p{L}';

/** Personal data of these kinds in a text, in order; for names `loadNames` comes first; where two kinds overlap the earlier of `personalKinds` counts. */
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
