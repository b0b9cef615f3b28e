import { CST, Lexer } from 'yaml';
import { AtelierError } from '../../../shared/errors.ts';

/**
 * Of YAML a recipe needs maps, lists and plain values. All else (aliases, which multiply, tags, further documents) is refused before the parser sees
 * it, and so is what would take it minutes or its stack: it goes down a level for each bracket and each "- ". Lexing is linear.
 */
const mostTokens = 500_000;
const mostNested = 12;
const deepestIndent = 200;

/** Throws `invalid_recipe`, with the line. */
export function guardYaml(text: string, most = mostTokens): void {
  let [line, tokens, brackets, marks] = [1, 0, 0, 0];
  let [atStart, begun] = [true, false];
  const refuse = (why: string): AtelierError => wrongAt(line, why);
  for (const token of new Lexer().lex(text)) {
    if (++tokens > most) throw refuse('The file is longer than any recipe.');
    const type = CST.tokenType(token);
    switch (type) {
      case 'alias':
      case 'anchor':
        throw refuse(
          `"${token.slice(0, 40)}" is an ${type}, which recipes have none of. Write what it stands for, or put it in quotes.`,
        );
      case 'tag':
        throw refuse(`"${token.slice(0, 40)}" is a tag, which recipes have none of. Put it in quotes if it is a text.`);
      case 'doc-start':
        if (begun) throw refuse('Another document begins here. A file holds one recipe.');
        begun = true;
        break;
      case 'directive-line':
        throw refuse('Recipes begin with no directive. Take the line out.');
      case 'flow-seq-start':
      case 'flow-map-start':
        if (++brackets > mostNested) throw refuse('Brackets are nested deeper than in any recipe.');
        break;
      case 'flow-seq-end':
      case 'flow-map-end':
        brackets--;
        break;
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        if (brackets === 0 && ++marks > mostNested) throw refuse('One line holds more levels than any recipe has.');
        break;
      case 'space':
        if (atStart && brackets === 0 && token.length > deepestIndent)
          throw refuse('It is indented deeper than any recipe.');
        break;
    }
    begun ||= !['byte-order-mark', 'doc-mode', 'space', 'newline', 'comment'].includes(type ?? '');
    const breaks = countBreaks(token);
    if (breaks > 0) marks = 0;
    atStart = breaks > 0;
    line += breaks;
  }
}

export const wrongAt = (line: number, why: string, code = 'invalid_recipe'): AtelierError =>
  new AtelierError(code, `Line ${line}: ${why}`);

function countBreaks(token: string): number {
  let count = 0;
  for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) count++;
  return count;
}
