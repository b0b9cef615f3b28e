import { luhn } from '../checksums.ts';
import { apart, digitsOf, matching, type Finder } from '../finder.ts';

/** As printed on cards: in one piece, by fours (with a rest), 4-6-5 (American Express) or 4-6-4 (Diners Club). */
const written = [
  /(?<![\w.-])\d{13,19}(?!\w|[.-]\d)/g,
  /(?<![\w.-])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?(?!\w|-\d)/g,
  /(?<![\w.-])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?!\w|-\d)/g,
  /(?<![\w.-])3\d{3}([ -])\d{6}\1\d{4,5}(?!\w|-\d)/g,
];

/** The issuers' ranges (ISO/IEC 7812 registry) with the lengths in use. Without them one number in ten would pass for a card. */
const issuers = [
  /^4(?:\d{12}|\d{15}|\d{18})$/, // Visa
  /^(?:5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12})$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^3(?:0[0-5]|[689]\d)\d{11}$/, // Diners Club
  /^(?:6011|65\d\d|64[4-9]\d)\d{12,15}$/, // Discover
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/, // JCB
  /^62\d{14,17}$/, // UnionPay
  /^(?:50|5[6-9]|6[37])\d{11,17}$/, // Maestro
];

const isCard = (text: string): boolean => {
  const digits = digitsOf(text);
  return issuers.some((issuer) => issuer.test(digits)) && luhn(digits);
};

export const card: Finder = {
  find: (text) => apart(written.flatMap((pattern) => matching(text, pattern, isCard))),
  normal: digitsOf,
};
