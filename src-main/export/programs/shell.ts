import type { ProgramFacts } from './facts.ts';

/** Of what `atelier predict` takes: many samples at once. Null of a generator, which predicts nothing. */
export function shellCommand({ given, file, inputs }: ProgramFacts): string | null {
  const predict = `atelier predict ${word(file)}`;
  switch (given.kind) {
    case 'noise':
      return null;
    case 'image':
      return `${predict} pictures/\n`;
    case 'sound':
      return `${predict} recordings/\n`;
    case 'tokens':
    case 'prompt':
      return `${predict} --text ${word(given.text)}\n`;
    case 'cells': {
      const [cell] = given.cells;
      const oneText = inputs.length === 1 && typeof cell === 'string';
      return `${predict} ${oneText ? `--text ${word(cell)}` : 'new-rows.csv'}\n`;
    }
  }
}

/** For POSIX shells. */
const word = (text: string): string =>
  /^[\p{L}\p{N}_./-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
