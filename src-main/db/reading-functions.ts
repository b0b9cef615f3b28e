import type Database from 'better-sqlite3';
import { foldCase } from '../shared/fold-case.ts';

/** Functions that questions call. `holds_folded`: whether a text has another in it, which is folded (`foldCase`). */
export function addReadingFunctions(database: Database.Database): void {
  database.function('holds_folded', { deterministic: true }, (text: unknown, folded: unknown) =>
    Number(typeof text === 'string' && foldCase(text).includes(folded as string)),
  );
}
