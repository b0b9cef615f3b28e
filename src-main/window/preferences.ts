import { readFileSync, renameSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { preferencesSchema } from '../shared/settings.ts';
import type { Preferences } from '../shared/settings.ts';

/** This person's preferences, kept in one small JSON file; a damaged one is set aside, never a reason not to start. */
export class PreferencesFile {
  readonly #path: string;
  #value: Preferences;
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
    this.#value = read(path);
  }

  get value(): Preferences {
    return this.#value;
  }

  /** They hold at once; the disk follows (see `saved`), since a flush to it would hold the thread. */
  update(change: Partial<Preferences>): Preferences {
    const next = { ...this.#value, ...change };
    if (change.layout) next.layout = { ...this.#value.layout, ...change.layout };
    this.#value = next;
    // What could not be written is told to whoever asked for it, and does not keep the next from being written.
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#write(next));
    this.#saving.catch(() => undefined);
    return next;
  }

  /** Once all that was changed is on disk. Throws what keeps the last of it from that. */
  saved(): Promise<void> {
    return this.#saving;
  }

  async #write(value: Preferences): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const beside = `${this.#path}.${process.pid}.new`;
    await writeFile(beside, JSON.stringify(value, null, 2) + '\n', { flush: true });
    await rename(beside, this.#path);
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
