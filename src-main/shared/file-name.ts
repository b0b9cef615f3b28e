/** What people called a thing, as a name that any system's files can have: letters, numbers, dots and dashes, 100 at most. */
export const fileNameOf = (name: string, otherwise: string): string =>
  name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 100) || otherwise;
