/** A token's text so that a blank or the end of a line can be seen. */
export const visible = (text: string): string =>
  text === '' ? '∅' : text.replaceAll('\n', '↵').replaceAll(' ', '·').replaceAll('\t', '→');
