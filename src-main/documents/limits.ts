/** What a document may be at most: files are other people's. */
export const mostTextBytes = 32 * 2 ** 20;
export const mostPdfBytes = 128 * 2 ** 20;
export const mostPdfPages = 5000;
/** Characters of a document's text. */
export const mostCharacters = 16 * 2 ** 20;
/** Files that are added at once. */
export const mostFiles = 2000;
/** Milliseconds that one PDF, or so many texts together, may take. */
export const readWithinMs = 180_000;
export const textsAtOnce = 100;
/** Bytes of memory that reading may take, its runtime's own included. */
export const mostMemory = 1.5 * 2 ** 30;
