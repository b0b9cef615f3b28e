import { matching, type Finder } from '../finder.ts';

/**
 * The addresses of RFC 5321 that people have: no quoted names, no bare hosts. Letters beyond ASCII only of the Latin script: others run into
 * the words around them where no spaces are written.
 */
const letter = String.raw`\p{Script=Latin}\p{N}`;
const name = `[${letter}_%+'-](?:[${letter}._%+'-]{0,62}[${letter}_%+-])?`;
const label = `[${letter}](?:[${letter}-]{0,61}[${letter}])?`;
const pattern = new RegExp(
  `(?<![${letter}._%+-])${name}@(?:${label}\\.){1,8}(?:[a-z]{2,24}|xn--[a-z0-9]{2,59})(?![${letter}_])`,
  'giu',
);

export const email: Finder = {
  find: (text) =>
    text.includes('@') ? matching(text, pattern, (found) => found.length <= 254 && !found.includes('..')) : [],
  normal: (text) => text.toLowerCase(),
};
