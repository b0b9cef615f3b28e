// Writes src-main/datasets/recipes/stop-words/lists.ts from the package stopwords-iso: npm pack stopwords-iso@1.1.0, unpack it, and
// node scripts/stop-words.mjs package/stopwords-iso.json
import { readFileSync, writeFileSync } from 'node:fs';

const languages = [
  'en',
  'zh',
  'ar',
  'cs',
  'da',
  'de',
  'es',
  'fi',
  'fr',
  'it',
  'ja',
  'nl',
  'no',
  'pl',
  'pt',
  'ru',
  'sv',
  'tr',
];
const word = /^[\p{L}\p{M}\p{N}_]+(?:'[\p{L}\p{M}\p{N}_]+)*$/u;
const all = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const lists = languages.map((language) => {
  const words = [...new Set(all[language].map((each) => each.trim().toLowerCase()))].filter((each) => word.test(each));
  return `  ${language}: ${JSON.stringify(words.sort().join(' ')).replace(/^"|"$/g, '`')},`;
});
writeFileSync(
  new URL('../src-main/datasets/recipes/stop-words/lists.ts', import.meta.url),
  `/**
 * Stop words of stopwords-iso 1.1.0 (https://github.com/stopwords-iso/stopwords-iso), Copyright (c) 2016 Gene Diaz, under the MIT License:
 * permission is granted, free of charge, to use, copy, modify, merge, publish, distribute, sublicense and sell copies of it, subject to this
 * notice being included; it is provided "as is", without warranty of any kind. Made by scripts/stop-words.mjs: single words, in small letters.
 */
export const stopWordLists = {
${lists.join('\n')}
} as const;

export type StopWordLanguage = keyof typeof stopWordLists;
`,
);
