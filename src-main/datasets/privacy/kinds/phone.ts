import { apart, digitsOf, matching, type Finder } from '../finder.ts';

/** One more digit, with what may stand before it. One way to read it only: time grows with the text. */
const digit = '\\)?[ .\\u00a0-]?\\(?\\d';
/** No part of a word, of a longer number, of a decimal or of an amount. */
const before = '(?<![\\w+.,/$€£¥-])';
const after = '(?!\\w|[-.,/]\\d)';

/** Also in other languages' words; more than these few say it of too much else ("call 2 hours before"). */
const calledPhone =
  '(?<=(?:\\b(?:tel|tlf|telefon|telephone|teléfono|telefone|phone|mobile|mobil|cell|cellphone|móvil|celular|fax|whatsapp|tél|gsm)|电话|手机号?|手机号码|联系方式)\\W{0,3}(?:(?:no|nr|number)\\.?\\W{0,3})?)';

const forms = [
  // International (E.123): a plus or 00, the country's code, 8 to 15 digits in all.
  { form: `\\+[1-9](?:${digit}){7,14}`, digits: [8, 15] },
  { form: `00[1-9]\\d{0,2}[ .-]\\(?\\d(?:${digit}){5,13}`, digits: [10, 17] },
  // North America, with what stands between: area and exchange begin with 2 to 9.
  { form: `(?:1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[ .-])[2-9]\\d{2}[ .-]\\d{4}`, digits: [10, 11] },
  // China: mobiles in one piece or 3-4-4, landlines with their area.
  { form: '1[3-9]\\d{9}', digits: [11, 11] },
  { form: '1[3-9]\\d([ -])\\d{4}\\1\\d{4}', digits: [11, 11] },
  { form: '(?:0\\d{2,3}-|0\\d{2,3} |\\(0\\d{2,3}\\) ?)\\d{7,8}', digits: [10, 12] },
  // Trunk prefix 0: groups with spaces, hyphens or a slash, and France's pairs.
  { form: '(?:0\\d{2,4}[ /-]|\\(0\\d{2,4}\\) ?)\\d{3,4}[ -]\\d{3,4}', digits: [9, 12] },
  { form: '0[1-9](?:[ .]\\d{2}){4}', digits: [10, 10] },
  // Area and number in one piece each (United Kingdom, Netherlands); of few digits by their hyphens (Japan); Sweden's pairs.
  { form: '0\\d{3,4}[ -]\\d{6}', digits: [10, 11] },
  { form: '06[- ]\\d{8}', digits: [10, 10] },
  { form: '0\\d-\\d{4}-\\d{4}', digits: [10, 10] },
  { form: '0\\d{1,3}[- ]\\d{2,3} \\d{2} \\d{2}', digits: [8, 11] },
  // Brazil with its area, Russia with its trunk prefix.
  { form: '\\(\\d{2}\\) ?9?\\d{4}-\\d{4}', digits: [10, 11] },
  { form: '8[ -]?\\(\\d{3}\\) ?\\d{3}-\\d{2}-\\d{2}', digits: [11, 11] },
  // In any form where it is called one.
  { form: `${calledPhone}(?!\\d{4}-\\d{2}-\\d{2}(?!\\d))\\(?\\d(?:${digit}){5,13}`, digits: [6, 14] },
].map(({ form, digits: [least, most] }) => ({ pattern: new RegExp(before + form + after, 'gi'), least, most }));

/** Phone numbers by how they are written; a run of digits alone is one only where its form is telling (a Chinese mobile). */
export const phone: Finder = {
  find: (text) =>
    apart(
      forms.flatMap(({ pattern, least, most }) =>
        matching(text, pattern, (found) => {
          const { length } = digitsOf(found);
          return length >= least && length <= most;
        }),
      ),
    ),
  normal: (text) => digitsOf(text).replace(/^00/, ''),
};
