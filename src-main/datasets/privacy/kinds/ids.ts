import { mod11 } from '../checksums.ts';
import { apart, compact, digitsOf, matching, type Finder } from '../finder.ts';

/** A province, a day of birth since 1900, three digits and the check character. */
const chinese =
  /(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])/g;

/** Chinese resident identity numbers of 18 characters. */
export const chineseId: Finder = { find: (text) => matching(text, chinese, mod11), normal: compact };

/** Never given: area 000, 666 and from 900, group 00, serial 0000 (Social Security Administration, since 2011). They have no check digit. */
const social = /(?<![\w.-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?!\w|[.-]\d)/g;

/** In one piece, where they are called so. */
const calledSocial =
  /(?<=\b(?:SSN|social security)\W{0,3}(?:(?:no|number)\.?\W{0,3})?)(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}(?!\w|[.-]\d)/gi;

/** US social security numbers as they are written, 3-2-4: nine digits alone say too little. */
export const socialSecurity: Finder = {
  find: (text) => apart([social, calledSocial].flatMap((pattern) => matching(text, pattern, () => true))),
  normal: digitsOf,
};
