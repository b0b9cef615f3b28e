import { untrack } from 'svelte';
import type { Component } from 'svelte';
import type { Place } from './navigation.svelte.ts';

/** Something one can do: in the palette by name, by its keys, and by the menu through its id. */
export interface Action {
  id: string;
  /** Read anew each time, so that it is in the language in use. */
  name: () => string;
  section: () => string;
  icon?: Component<{ size?: number | string }>;
  keys?: string;
  /** Its keys only hold in this place. */
  place?: Place;
  /** Undefined when it can be done; otherwise why not. */
  why?: () => string | undefined;
  /** Its keys say why not, where it cannot be done: people have gone to it, and wait. */
  tells?: true;
  /** Words people may look for it by, besides its name. */
  also?: () => string;
  run: () => void;
}

/** What can be done now: each part of the window adds its own while it is there. */
export class Actions {
  #groups = $state.raw<ReadonlyMap<string, readonly Action[]>>(new Map());

  /** To be listed: of those with one id the first stands for all. */
  get all(): Action[] {
    const ids = new Set<string>();
    return this.#offered.filter(({ id }) => !ids.has(id) && ids.add(id));
  }
  get #offered(): Action[] {
    return [...this.#groups.values()].flat();
  }

  /** Replaces what `owner` offered before. */
  offer(owner: string, actions: readonly Action[]): void {
    this.#groups = untrack(() => new Map(this.#groups)).set(owner, actions);
  }

  withdraw(owner: string): void {
    const next = untrack(() => new Map(this.#groups));
    next.delete(owner);
    this.#groups = next;
  }

  byId(id: string): Action | undefined {
    return this.#offered.find((action) => action.id === id);
  }

  byKeys(keys: string, place: Place): Action | undefined {
    const fitting = this.#offered.filter((action) => action.keys === keys);
    return fitting.find((action) => action.place === place) ?? fitting.find((action) => action.place === undefined);
  }

  run(id: string): boolean {
    const action = this.byId(id);
    if (!action || action.why?.()) return false;
    action.run();
    return true;
  }
}

export const actions = new Actions();

export interface Match<T> {
  item: T;
  score: number;
}

/** How well `query` fits `text`, letters in order: higher is better, null not at all. Starts of words and runs count more. */
function fuzzyScore(query: string, text: string): number | null {
  const q = query.toLowerCase().replace(/\s+/g, '');
  const t = text.toLowerCase();
  if (q === '') return 0;
  const whole = t.indexOf(query.toLowerCase().trim());
  let score = whole === 0 ? 60 : whole > 0 ? 30 : 0;
  let at = -1;
  for (const letter of q) {
    const next = t.indexOf(letter, at + 1);
    if (next < 0) return null;
    if (next === at + 1) score += 3;
    if (next === 0 || /[\s:/_-]/.test(t[next - 1])) score += 5;
    score -= Math.min(3, (next - at - 1) * 0.2);
    at = next;
  }
  return score - t.length * 0.05;
}

export function fuzzyFilter<T>(items: readonly T[], query: string, text: (item: T) => string): T[] {
  if (query.trim() === '') return [...items];
  const matches: Match<T>[] = [];
  for (const item of items) {
    const score = fuzzyScore(query, text(item));
    if (score !== null) matches.push({ item, score });
  }
  return matches.sort((a, b) => b.score - a.score).map((match) => match.item);
}
