import { createHash } from 'node:crypto';
import { DOUBLE, DuckDBListValue, DuckDBScalarFunction, LIST, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';

/**
 * What is done to one text by JavaScript inside a statement, by settings (one JSON text throughout): another text (null: missing), or numbers,
 * always as many.
 */
export type TextFunction =
  | { readonly text: (settings: string) => (text: string) => string | null }
  | { readonly numbers: (settings: string) => (text: string) => readonly number[] };
export type TextFunctions = Readonly<Record<string, TextFunction>>;

/** Long settings by a short name: what stands in every column's expression. The last ones asked for are kept: more than one table's columns have. */
const named = new Map<string, string>();
const mostCharacters = 2 ** 27;
let characters = 0;

export function namedSettings(settings: string): string {
  const name = `#${createHash('sha256').update(settings).digest('hex')}`;
  if (!named.delete(name)) characters += settings.length;
  named.set(name, settings);
  for (const [oldest, { length }] of named) {
    if (characters <= mostCharacters || oldest === name) break;
    named.delete(oldest);
    characters -= length;
  }
  return name;
}

const known = new WeakMap<DuckDBConnection, Set<string>>();

/**
 * Lets a connection's statements call `name(text, 'settings')`; once for each name. Of a missing text the outcome is missing. It runs in this
 * process's one thread, about 4 µs a call: statements leave out what they can tell by themselves.
 */
export function addTextFunctions(connection: DuckDBConnection, functions: TextFunctions): void {
  const names = known.get(connection) ?? new Set();
  known.set(connection, names);
  for (const [name, made] of Object.entries(functions)) {
    if (names.has(name)) continue;
    names.add(name);
    connection.registerScalarFunction(
      'text' in made
        ? scalar(name, VARCHAR, made.text)
        : scalar(name, LIST(DOUBLE), (settings) => {
            const numbers = made.numbers(settings);
            return (text) => new DuckDBListValue([...numbers(text)]);
          }),
    );
  }
}

function scalar<T extends string | null | DuckDBListValue>(
  name: string,
  returnType: typeof VARCHAR | ReturnType<typeof LIST>,
  make: (settings: string) => (text: string) => T,
): DuckDBScalarFunction {
  let made: { settings: string; apply: (text: string) => T } | undefined;
  return DuckDBScalarFunction.create({
    name,
    returnType,
    parameterTypes: [VARCHAR, VARCHAR],
    mainFunction(_, chunk, result) {
      const [texts, settings] = [chunk.getColumnVector(0), chunk.getColumnVector(1)];
      for (let row = 0; row < chunk.rowCount; row++) {
        const text = texts.getItem(row) as string | null;
        const wanted = settings.getItem(row) as string;
        if (text !== null && made?.settings !== wanted)
          made = { settings: wanted, apply: make(named.get(wanted) ?? wanted) };
        result.setItem(row, text === null ? null : made!.apply(text));
      }
      result.flush();
    },
  });
}
