import type { Readable, Writable } from '../../db/connection.ts';
import { writeDraft } from '../../db/prompt-edits.ts';
import * as rows from '../../db/prompts.ts';
import { isId, type PromptId } from '../../shared/ids.ts';
import { constructsOf, type Construct } from '../../shared/prompt/constructs.ts';
import { examplesWish, withDataset } from '../../shared/prompt/examples.ts';
import { canBeIncluded, includeRef, includeText } from '../../shared/prompt/includes.ts';
import { PromptFault } from '../../shared/prompt/problems.ts';
import type { PromptVersion } from '../../shared/prompt/prompt.ts';
import { datasetCalled } from './dataset-called.ts';

/**
 * A draft as a version; its number. What it includes it holds by number, and of what was included as it stood versions are made likewise; what it
 * draws from it holds by the dataset's version. Both are written by id, so that no other name changes what an old version means. What cannot be
 * found stays as it is written.
 */
export const keepDraft = (store: Readable & Writable, id: PromptId, note: string, now: number): number =>
  store.transaction(() => keep(store, id, note, now, []));

function keep(store: Readable & Writable, id: PromptId, note: string, now: number, above: readonly PromptId[]): number {
  const { text } = rows.getDraft(store, id);
  const chain = [...above, id];
  const held = rewritten(text, (one) => {
    if (one.kind === 'examples') {
      const version = leniently(() => datasetCalled(store, examplesWish(one.inside).dataset).version);
      return version && withDataset(one.source, version.id);
    }
    const ref = includeRef(one.inside);
    const [found, ...others] = rows.promptsCalled(store, ref.name);
    if (!found || others.length > 0 || chain.includes(found.id)) return null;
    return includeText({ name: found.id, version: ref.version ?? keep(store, found.id, '', now, chain) });
  });
  return rows.putVersion(store, id, held, note, now);
}

/** A version as people read it: what it holds by id is called as it is called now. */
export function readVersion(db: Readable, id: PromptId, number: number): PromptVersion {
  const version = rows.getPromptVersion(db, id, number);
  return { ...version, text: rewritten(version.text, (one) => namedAgain(db, one)) };
}

function namedAgain(db: Readable, one: Rewritable): string | null {
  if (one.kind === 'include') {
    const { name, version } = includeRef(one.inside);
    return isId('prompt', name) ? includeText({ name: nameOf(db, name), version }) : null;
  }
  const { name, version } = leniently(() => datasetCalled(db, examplesWish(one.inside).dataset)) ?? {};
  if (!version || !one.inside.includes(version.id) || !/^[^"{}\n]+$/.test(name!)) return null;
  const text = `${name}@${version.number}`;
  return leniently(() => datasetCalled(db, text))?.version.id === version.id ? withDataset(one.source, text) : null;
}

/** What a prompt is included by: its name where that says which one is meant, else its id. */
function nameOf(db: Readable, id: PromptId): string {
  const [found] = rows.promptsCalled(db, id);
  if (!found || !canBeIncluded(found.name)) return id;
  const all = rows.promptsCalled(db, found.name);
  return all.length === 1 && all[0].id === id ? found.name : id;
}

/** Another name for a prompt: drafts that include it, or another one called so, still mean what they meant. Each can be undone by itself. */
export function renamePrompt(store: Readable & Writable, id: PromptId, name: string, now: number): void {
  store.transaction(() => {
    const before = rows.draftsThatInclude(store).map((draft) => ({
      ...draft,
      means: constructsOf(draft.text).map((one) => (one.kind === 'include' ? meantBy(store, one.inside) : null)),
    }));
    rows.setPrompt(store, id, { name });
    for (const { id: draft, text, means } of before) {
      const of = new Map(constructsOf(text).map((one, i) => [one.from, means[i]]));
      const next = rewritten(text, (one) => {
        const meant = one.kind === 'include' ? of.get(one.from) : null;
        if (!meant || meantBy(store, one.inside) === meant) return null;
        return includeText({ name: nameOf(store, meant), version: includeRef(one.inside).version });
      });
      if (next !== text) writeDraft(store, draft, next, now);
    }
  });
}

function meantBy(db: Readable, inside: string): PromptId | null {
  const found = rows.promptsCalled(db, includeRef(inside).name);
  return found.length === 1 ? found[0].id : null;
}

type Rewritable = Extract<Construct, { kind: 'include' | 'examples' }>;

/** The text with others in the place of what it includes and draws; null leaves one as it is. */
function rewritten(text: string, other: (one: Rewritable) => string | null | undefined): string {
  let out = '';
  let at = 0;
  for (const one of constructsOf(text)) {
    if (one.kind !== 'include' && one.kind !== 'examples') continue;
    out += text.slice(at, one.from) + (other(one) ?? one.source);
    at = one.to;
  }
  return out + text.slice(at);
}

/** What cannot be found is told where it is run. */
function leniently<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof PromptFault) return null;
    throw error;
  }
}
