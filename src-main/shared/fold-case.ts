/** Equal of texts that differ in case alone, in any script: upper case first, where ß is SS; a sigma at a word's end is one like others. */
export const foldCase = (text: string): string =>
  text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
