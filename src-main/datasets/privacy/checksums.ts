/** Check digits of numbers that people are known by. `digits`: those alone, without what is written between. */

/** Of payment cards (ISO/IEC 7812-1, annex B; Luhn's): every second digit from the right doubled, the sum a multiple of 10. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}

/** Of IBANs (ISO 13616, ISO/IEC 7064 MOD 97-10): the first four characters moved to the end, A = 10 … Z = 35, leaves 1. */
export function mod97(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Of Chinese resident identity numbers (GB 11643-1999, ISO/IEC 7064 MOD 11-2): the last of 18 characters; X is 10. */
export function mod11(id: string): boolean {
  const sum = weights.reduce((total, weight, i) => total + weight * Number(id[i]), 0);
  return '10X98765432'[sum % 11] === id[17].toUpperCase();
}

const weighted = (digits: string, by: readonly number[]): number =>
  by.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0);

/** Of Brazil's CPF (Receita Federal): two digits by mod 11; eleven times the same digit passes, and is nobody's. */
export function cpf(digits: string): boolean {
  if (/^(\d)\1+$/.test(digits)) return false;
  const check = (count: number): number => {
    const sum = weighted(
      digits,
      Array.from({ length: count }, (_, i) => count + 1 - i),
    );
    return ((sum * 10) % 11) % 10;
  };
  return check(9) === Number(digits[9]) && check(10) === Number(digits[10]);
}

/** Of France's NIR (INSEE): 97 less the number mod 97; Corsica's 2A and 2B count as 19 and 18. */
export function nir(text: string): boolean {
  const number = Number(text.slice(0, 13).replace('2A', '19').replace('2B', '18'));
  return 97 - (number % 97) === Number(text.slice(13));
}

const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Of Italy's codice fiscale (DM 23/12/1976): a letter for the sum, mod 26, of values that differ by place. */
export function codiceFiscale(text: string): boolean {
  const characters = [...text.toUpperCase()];
  const valueOf = (character: string): number => Number.parseInt(character, 36) - (/\d/.test(character) ? 0 : 10);
  const sum = characters.slice(0, 15).reduce((total, character, i) => {
    const value = valueOf(character);
    return total + (i % 2 === 0 ? odd[value] : value);
  }, 0);
  return sum % 26 === valueOf(characters[15]);
}

/** Of Norway's fødselsnummer (Skatteetaten): two digits by mod 11. */
export function fodselsnummer(digits: string): boolean {
  const first = weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
  const second = weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
  return first % 11 === 0 && second % 11 === 0;
}

/** Of Finland's henkilötunnus (DVV): the nine digits mod 31. */
export const henkilotunnus = (text: string): boolean =>
  '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(text.slice(0, 6) + text.slice(7, 10)) % 31] === text[10];

/** Multiplication in the dihedral group of order ten, and Verhoeff's permutation (1969). */
const times = (a: number, b: number): number =>
  a < 5 ? (b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5)) : b < 5 ? 5 + ((a - b) % 5) : (a - b + 5) % 5;
const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** Of India's Aadhaar (UIDAI): Verhoeff's, from the right. */
export function aadhaar(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = Number(digits[digits.length - 1 - i]);
    for (let k = 0; k < i % 8; k++) digit = permutation[digit];
    check = times(check, digit);
  }
  return check === 0;
}

/** Of Hong Kong's identity card: letters count from 10 on, a single one stands behind a blank of 36; mod 11. */
export function hongKong(text: string): boolean {
  const [, letters, digits, check] = /^([A-Z]{1,2})(\d{6})\(([0-9A])\)$/.exec(text)!;
  const values = [
    ...(letters.length === 1 ? [36] : []),
    ...[...letters].map((letter) => Number.parseInt(letter, 36)),
    ...[...digits].map(Number),
  ];
  const sum = values.reduce((total, value, i) => total + (9 - i) * value, 0);
  return (sum + (check === 'A' ? 10 : Number(check))) % 11 === 0;
}

/** Of Spain's DNI and NIE (Real Decreto 1553/2005): a letter for the number mod 23; X, Y, Z count as 0, 1, 2. */
export function dni(text: string): boolean {
  const [, number, letter] = /^([XYZ]?\d{7,8})([A-Z])$/.exec(text) ?? [];
  if (number === undefined || number.length !== 8) return false;
  return (
    'TRWAGMYFPDXBNJZSQVHLCKE'[Number(number.replace(/^[XYZ]/, (first) => String('XYZ'.indexOf(first)))) % 23] === letter
  );
}

/** Of Poland's PESEL: mod 10. */
export const pesel = (digits: string): boolean => weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;

/** Of the Netherlands' BSN: the eleven test, its last digit subtracted. */
export const elevenTest = (digits: string): boolean => weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
