import { DuckDBScalarFunction, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';

/** What is done to texts by JavaScript inside a statement: by its settings (one JSON text throughout) a function of one text. Null: missing. */
export type TextFunctions = Readonly<Record<string, (settings: string) => (text: string) => string | null>>;

const known = new WeakMap<DuckDBConnection, Set<string>>();

/**
 * Lets a connection's statements call `name(text, 'settings')`; once for each name. A missing text stays missing. It runs in this process's one
 * thread, about 4 µs a call: statements leave out what they can tell by themselves.
 */
export function addTextFunctions(connection: DuckDBConnection, functions: TextFunctions): void {
  const names = known.get(connection) ?? new Set();
  known.set(connection, names);
  for (const [name, make] of Object.entries(functions)) {
    if (names.has(name)) continue;
    names.add(name);
    let made: { settings: string; apply: (text: string) => string | null } | undefined;
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        returnType: VARCHAR,
        parameterTypes: [VARCHAR, VARCHAR],
        mainFunction(_, chunk, result) {
          const [texts, settings] = [chunk.getColumnVector(0), chunk.getColumnVector(1)];
          for (let row = 0; row < chunk.rowCount; row++) {
            const text = texts.getItem(row) as string | null;
            const wanted = settings.getItem(row) as string;
            if (text !== null && made?.settings !== wanted) made = { settings: wanted, apply: make(wanted) };
            result.setItem(row, text === null ? null : made!.apply(text));
          }
          result.flush();
        },
      }),
    );
  }
}
