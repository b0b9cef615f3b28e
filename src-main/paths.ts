import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { UtilityKind } from './jobs/utility.ts';

/** Where the things lie that come with Atelier, in a checkout and in the package alike. */
export interface Places {
  /** The folder with package.json: the checkout, or the package's app folder (inside its archive). */
  app: string;
  resources: string;
  migrations: string;
  /** The bundled sample data. */
  samples: string;
  /** What Atelier is made of besides its own code: see `shared/third-party.ts`. */
  thirdParty: string;
  /** A utility's built entry file. */
  utility(kind: UtilityKind): string;
}

export function findPlaces(from: string = import.meta.dirname): Places {
  const app = findApp(from);
  // The package keeps both beside its archive: native code and SQLite open real files only.
  const beside = (process as { resourcesPath?: string }).resourcesPath;
  const base = beside && existsSync(join(beside, 'migrations')) ? beside : app;
  return {
    app,
    resources: join(base, 'resources'),
    migrations: join(base, 'migrations'),
    samples: join(base, 'resources', 'samples'),
    thirdParty: join(app, '.vite', 'build', 'third-party.json'),
    utility: (kind) => join(app, '.vite', 'build', 'utility', `${kind}.cjs`),
  };
}

/** This module ends up in src-main or in .vite/build, or in a chunk beside it: the nearest folder above with a package.json is ours. */
function findApp(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`No package.json above ${from}: this Atelier is not whole.`);
  }
}
