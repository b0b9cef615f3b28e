/** Words for the stable keys that cross from the main process; a key that is new there shows as it is written. */
export type Words = Record<string, () => string>;

const readable = (key: string) => {
  const spaced = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};
export const look = (words: Words, key: string) => words[key]?.() ?? readable(key);
