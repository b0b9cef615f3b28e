import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { Connection } from './connection.ts';
import { addSqlFunctions } from './sql-functions.ts';

export interface Migration {
  version: number;
  name: string;
  sql: string;
}

/** Reads `0001-name.sql` onwards; the numbers must have no gap, so that `user_version` says exactly what was applied. */
export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    if (!new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.sql$`).test(name)) {
      throw new AtelierError(
        'internal',
        `Migration "${name}" should be number ${index + 1}, named like 0001-runs.sql.`,
      );
    }
    return { version: index + 1, name, sql: readFileSync(join(folder, name), 'utf8') };
  });
}

/** Applies what is missing, each migration in a transaction of its own together with its number. */
export function migrate(db: Connection, migrations: readonly Migration[]): void {
  const version = db.pragma<number>('user_version');
  if (version < migrations.length) addSqlFunctions(db.database);
  for (const migration of migrations.slice(version)) {
    // Tables are rebuilt by copying in some migrations, which foreign keys would forbid midway; checked at the end instead.
    db.pragma('foreign_keys = OFF');
    try {
      db.transaction(() => {
        db.script(migration.sql);
        const broken = db.database.pragma('foreign_key_check') as unknown[];
        if (broken.length > 0) {
          throw new AtelierError(
            'migration_failed',
            `Migration ${migration.name} would break ${broken.length} references.`,
          );
        }
        db.pragma(`user_version = ${migration.version}`);
      });
    } finally {
      db.pragma('foreign_keys = ON');
    }
  }
}
