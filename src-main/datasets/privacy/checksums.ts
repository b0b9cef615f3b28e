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
