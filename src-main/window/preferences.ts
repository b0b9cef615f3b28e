import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { preferencesSchema } from '../shared/settings.ts';
import type { Preferences } from '../shared/settings.ts';

/** This person's preferences, kept in one small JSON file; a damaged one is set aside, never a reason not to start. */
export class PreferencesFile {
  readonly #path: string;
  #value: Preferences;

  constructor(path: string) {
    this.#path = path;
    this.#value = read(path);
  }

  get value(): Preferences {
    return this.#value;
  }

  update(change: Partial<Preferences>): Preferences {
    const next = { ...this.#value, ...change };
    if (change.layout) next.layout = { ...this.#value.layout, ...change.layout };
    mkdirSync(dirname(this.#path), { recursive: true });
    const beside = `${this.#path}.${process.pid}.new`;
    writeFileSync(beside, JSON.stringify(next, null, 2) + '\n', { flush: true });
    renameSync(beside, this.#path);
    this.#value = next;
    return next;
  }

  /** Puts a workspace first among the recent ones; ten are kept. */
  remember(workspace: string): Preferences {
    const others = this.#value.recentWorkspaces.filter((path) => path !== workspace);
    return this.update({ recentWorkspaces: [workspace, ...others].slice(0, 10) });
  }
}

function read(path: string): Preferences {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return v.parse(preferencesSchema, {});
  }
  try {
    return v.parse(preferencesSchema, JSON.parse(text));
  } catch {
    renameSync(path, `${path}.damaged`);
    return v.parse(preferencesSchema, {});
  }
}
