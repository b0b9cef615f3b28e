import {
  aadhaar,
  codiceFiscale,
  cpf,
  dni,
  elevenTest,
  fodselsnummer,
  henkilotunnus,
  hongKong,
  luhn,
  nir,
  pesel,
} from '../checksums.ts';
import { apart, compact, digitsOf, matching, type Finder } from '../finder.ts';

/** No part of a word or of a longer number. */
const before = '(?<![\\w.+-])';
const after = '(?!\\w|[.-]\\d)';
/** What has a form that much else has, too, counts where it is called so. */
const called = (names: string): string => `(?<=\\b(?:${names})\\W{0,4}(?:(?:no|nr|id)\\.?\\W{0,3})?)`;

const day = '(?:0[1-9]|[12]\\d|3[01])';
const month = '(?:0[1-9]|1[0-2])';

const forms: { form: string; valid(text: string): boolean }[] = [
  // Brazil, CPF.
  { form: '\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}', valid: (text) => cpf(digitsOf(text)) },
  // France, numéro de sécurité sociale: sex, year, month, department, commune, order, key.
  {
    form: '[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3} ?\\d{2}',
    valid: (text) => nir(compact(text)),
  },
  // Italy, codice fiscale.
  { form: `[A-Za-z]{6}\\d{2}[A-EHLMPR-Ta-ehlmpr-t]\\d{2}[A-Za-z]\\d{3}[A-Za-z]`, valid: (text) => codiceFiscale(text) },
  // Norway, fødselsnummer (days from 41 on: D-number).
  { form: `(?:${day}|[4-7]\\d)${month}\\d{2} ?\\d{5}`, valid: (text) => fodselsnummer(digitsOf(text)) },
  // Sweden, personnummer.
  {
    form: `(?:19|20)?\\d{2}${month}(?:${day}|[6-9]\\d)[-+]\\d{4}`,
    valid: (text) => luhn(digitsOf(text).slice(-10)),
  },
  // Finland, henkilötunnus.
  { form: `${day}${month}\\d{2}[-+A-FU-Y]\\d{3}[0-9A-FHJ-NPR-Y]`, valid: henkilotunnus },
  // India, Aadhaar.
  { form: '[2-9]\\d{3} \\d{4} \\d{4}(?! \\d)', valid: (text) => aadhaar(digitsOf(text)) },
  // Korea, resident registration number: since 2020 its last digit checks nothing.
  { form: `\\d{2}${month}${day}-[1-8]\\d{6}`, valid: () => true },
  // Hong Kong, identity card.
  { form: '[A-Z]{1,2}\\d{6}\\([0-9A]\\)', valid: hongKong },
  // United Kingdom, national insurance number: no check digit, but letters that are never given.
  {
    form: '(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \\d{2} \\d{2} \\d{2} [A-D]',
    valid: () => true,
  },
  // Spain, DNI and NIE.
  { form: `${called('DNI|NIF|NIE')}[XYZ]?-?\\d{7,8}-?[A-Za-z]`, valid: (text) => dni(compact(text)) },
  // Poland, PESEL.
  { form: `${called('PESEL')}\\d{11}`, valid: pesel },
  // Netherlands, burgerservicenummer.
  { form: `${called('BSN|burgerservicenummer|sofinummer')}\\d{9}`, valid: elevenTest },
];
const patterns = forms.map(({ form, valid }) => ({ pattern: new RegExp(before + form + after, 'g'), valid }));

/** Numbers that other countries know people by, where their form and check digits are telling. */
export const nationalId: Finder = {
  find: (text) => apart(patterns.flatMap(({ pattern, valid }) => matching(text, pattern, valid))),
  normal: compact,
};
