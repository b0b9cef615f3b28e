import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { AtelierError } from '../../shared/errors.ts';
import type { RelinkParams, RelinkResult } from '../../shared/work/import.ts';
import type { ImportContext } from '../import-context.ts';
import { findSource, type FoundFile } from '../source.ts';
import { writeReferences, type Reference } from './references.ts';
import { factsOf, Whereabouts } from './whereabouts.ts';

/**
 * Looks in a folder for the files of a version: each by its path, wherever that begins there, else by its size and content alone, so that renamed
 * ones are found as well. Only what has the very content counts. What is not found keeps its old place. Throws `originals_not_found` where nothing is.
 */
export async function relink(params: RelinkParams, context: ImportContext): Promise<RelinkResult> {
  const { blobs, manifest, folder } = params;
  context.progress({ stage: 'listing', unit: 'files', done: 0, total: 0 });
  const where = await Whereabouts.open(blobs, manifest);
  const source = await findSource([folder], context.signal);
  const files = await Candidates.of(source.files, context.signal);
  const total = where.references.length;
  const now: Reference[] = [];
  let [found, missing, changed] = [0, 0, 0];
  for (const [sample, reference] of where.references.entries()) {
    context.signal.throwIfAborted();
    context.progress({ stage: 'checking', unit: 'files', done: sample, total });
    const there = await files.find(reference, where.contentOf(sample), context.signal);
    if (there) {
      found++;
      now.push({
        ...placed(source.root, there.relative, reference.path),
        bytes: reference.bytes,
        modified: there.modified,
      });
      continue;
    }
    now.push(reference);
    const old = await factsOf(reference);
    if (old?.isFile && old.bytes === reference.bytes) continue;
    missing++;
    if (old || files.has(reference.path)) changed++;
  }
  if (found === 0) {
    throw new AtelierError(
      'originals_not_found',
      `None of the ${total} files is in ${folder}: no file there has the content of one of them. Choose the folder that holds them now. Nothing was changed.`,
    );
  }
  const moved = now.some((each, i) => !isSame(each, where.references[i]));
  const references = moved ? await writeReferences(blobs, now) : manifest.blobs.references!;
  return {
    manifest: { ...manifest, blobs: { ...manifest.blobs, references } },
    change: `originals found in ${source.root}: ${found} of ${total}`,
    found,
    missing,
    changed,
    moved,
    root: { before: mostCommon(where.references), now: mostCommon(now) },
  };
}

const isSame = (a: Reference, b: Reference): boolean =>
  a.root === b.root && a.path === b.path && a.modified === b.modified;

/** A path that ends as the file's in the source is that one, in a folder further down. */
function placed(root: string, relative: string, path: string): Pick<Reference, 'root' | 'path'> {
  if (!relative.endsWith(`/${path}`)) return { root, path: relative };
  return { root: `${root}/${relative.slice(0, -path.length - 1)}`, path };
}

function mostCommon(references: readonly Reference[]): string {
  const counts = new Map<string, number>();
  for (const { root } of references) counts.set(root, (counts.get(root) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

interface Candidate {
  path: string;
  relative: string;
  bytes: number;
  modified: number;
  hash?: Promise<string>;
}

/** The files of a folder, to be looked up by path, by name, and at last by what is in them. */
class Candidates {
  readonly #byPath = new Map<string, Candidate>();
  readonly #byName = new Map<string, Candidate[]>();
  readonly #bySize = new Map<number, Candidate[]>();
  readonly #byContent = new Map<number, Map<string, Candidate>>();

  static async of(files: readonly FoundFile[], signal: AbortSignal): Promise<Candidates> {
    const candidates = new Candidates();
    for (const { path, relative } of files) {
      signal.throwIfAborted();
      const facts = await lstat(path).catch(() => null);
      if (!facts?.isFile()) continue;
      const candidate = { path, relative, bytes: facts.size, modified: facts.mtimeMs };
      candidates.#byPath.set(relative, candidate);
      push(candidates.#byName, nameOf(relative), candidate);
      push(candidates.#bySize, facts.size, candidate);
    }
    return candidates;
  }

  has(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** The one with this content, the likeliest by its path first. */
  async find({ path, bytes }: Reference, content: string, signal: AbortSignal): Promise<Candidate | null> {
    const exact = this.#byPath.get(path);
    const named = (this.#byName.get(nameOf(path)) ?? []).toSorted(
      (a, b) => likeness(b.relative, path) - likeness(a.relative, path),
    );
    for (const candidate of exact ? [exact, ...named] : named) {
      if (candidate.bytes !== bytes) continue;
      signal.throwIfAborted();
      if ((await contentOf(candidate)) === content) return candidate;
    }
    return (await this.#ofSize(bytes, signal)).get(content) ?? null;
  }

  /** All files of so many bytes are read once, whatever they are called. */
  async #ofSize(bytes: number, signal: AbortSignal): Promise<Map<string, Candidate>> {
    const known = this.#byContent.get(bytes);
    if (known) return known;
    const byContent = new Map<string, Candidate>();
    for (const candidate of this.#bySize.get(bytes) ?? []) {
      signal.throwIfAborted();
      byContent.set(await contentOf(candidate), candidate);
    }
    this.#byContent.set(bytes, byContent);
    return byContent;
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function push<K>(map: Map<K, Candidate[]>, key: K, candidate: Candidate): void {
  const list = map.get(key);
  if (list) list.push(candidate);
  else map.set(key, [candidate]);
}

/** How many names two paths have in common, from the end. */
function likeness(a: string, b: string): number {
  const [one, other] = [a.split('/').reverse(), b.split('/').reverse()];
  let n = 0;
  while (n < one.length && n < other.length && one[n] === other[n]) n++;
  return n;
}

/** Its SHA-256, read once; '' where it cannot be read. */
function contentOf(candidate: Candidate): Promise<string> {
  return (candidate.hash ??= hashOf(candidate.path).catch(() => ''));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
