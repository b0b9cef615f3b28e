import { AtelierError } from '../errors.ts';

/** A variable's place: `{{name}}`, with blanks inside as one likes. A backslash before it makes it plain text. */
const places = /(\\?)\{\{\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*\}\}/gu;

/** The names of a prompt's variables, each once, in the order in which they come. */
export function variablesOf(prompt: string): string[] {
  return [...new Set([...prompt.matchAll(places)].filter(([, escaped]) => escaped === '').map(([, , name]) => name))];
}

/** A text that is to come in as it is, whatever in it looks like a variable. */
export const escapedVariables = (text: string): string => text.replace(places, (whole) => `\\${whole}`);

/** The prompt with its variables' values, which are not looked through again. Throws `unknown_variable`. */
export function filled(prompt: string, values: Readonly<Record<string, unknown>>): string {
  const missing = variablesOf(prompt).filter((name) => !Object.hasOwn(values, name));
  if (missing.length > 0) {
    throw new AtelierError(
      'unknown_variable',
      `The prompt has ${missing.map((name) => `{{${name}}}`).join(', ')} without a value. ${
        Object.keys(values).length > 0
          ? `There are values for: ${Object.keys(values).slice(0, 20).join(', ')}.`
          : 'Give a value for each.'
      }`,
    );
  }
  return prompt.replace(places, (whole, escaped: string, name: string) => {
    if (escaped !== '') return whole.slice(1);
    const value = values[name];
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  });
}
