import { mod97 } from '../checksums.ts';
import { compact, type Finder, type Span } from '../finder.ts';

/** How long an IBAN of each country is (SWIFT's IBAN registry, release 99). */
const lengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 ' +
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ' +
    'ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ' +
    'ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const start = /(?<!\w)[A-Za-z]{2}[ -]?\d{2}/g;

/** In one piece, or with single spaces or hyphens anywhere between. */
export const iban: Finder = {
  find(text) {
    const spans: Span[] = [];
    start.lastIndex = 0;
    for (let found = start.exec(text); found; found = start.exec(text)) {
      const end = endOf(text, found.index);
      if (end === null) start.lastIndex = found.index + 1;
      else {
        spans.push({ start: found.index, end });
        start.lastIndex = end;
      }
    }
    return spans;
  },
  normal: compact,
};

function endOf(text: string, from: number): number | null {
  const length = lengths[text.slice(from, from + 2).toUpperCase()];
  if (length === undefined) return null;
  let characters = '';
  let at = from;
  for (; characters.length < length && at < text.length; at++) {
    if (/[0-9A-Za-z]/.test(text[at])) characters += text[at].toUpperCase();
    else if (!/[ -]/.test(text[at]) || !/[0-9A-Za-z]/.test(text[at - 1])) return null;
  }
  if (characters.length < length || (at < text.length && /\w/.test(text[at]))) return null;
  return mod97(characters) ? at : null;
}
