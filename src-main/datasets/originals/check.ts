import type { Manifest, OriginalsReport } from '../../shared/dataset.ts';
import { inOrder } from '../in-order.ts';
import { placeOf, type Reference } from './references.ts';
import { factsOf, readReference, sha256, Whereabouts } from './whereabouts.ts';

const atOnce = 16;
const named = 5;
/** Files of another time than they had are read for their content, but no more than this: a dataset is to open at once. */
const mostBytes = 64 << 20;

type State = 'present' | 'missing' | 'changed' | 'unsure';

/** What files were found to be by their content, by place, size and time. */
const known = new Map<string, string>();
const mostKnown = 100_000;

/** How the files of a version stand. Throws `no_original` where they were copied or never kept. */
export async function checkOriginals(blobs: string, manifest: Manifest, newest?: Manifest): Promise<OriginalsReport> {
  const where = await Whereabouts.open(blobs, manifest, newest);
  const report: OriginalsReport = {
    files: where.references.length,
    present: 0,
    missing: 0,
    changed: 0,
    unsure: 0,
    folders: [],
    first: [],
  };
  const folders = new Map<string, number>();
  let left = mostBytes;
  const stateOf = async (reference: Reference, content: string): Promise<State> => {
    const facts = await factsOf(reference);
    if (!facts) return 'missing';
    if (!facts.isFile || facts.bytes !== reference.bytes) return 'changed';
    if (facts.modified === reference.modified) return 'present';
    const place = placeOf(reference);
    const key = `${facts.bytes} ${facts.modified} ${place}`;
    let hash = known.get(key);
    if (hash === undefined) {
      if (facts.bytes > left) return 'unsure';
      left -= facts.bytes;
      const bytes = await readReference(reference).catch(() => null);
      hash = bytes ? sha256(bytes) : '';
      if (known.size >= mostKnown) known.clear();
      known.set(key, hash);
    }
    return hash === content ? 'present' : 'changed';
  };
  const judge = async (sample: number): Promise<State> => {
    const own = await stateOf(where.references[sample], where.contentOf(sample));
    if (own === 'present' || own === 'unsure') return own;
    const other = await where.elsewhere(sample);
    return other && (await stateOf(other, where.contentOf(sample))) === 'present' ? 'present' : own;
  };
  for await (const { thing: sample, result } of inOrder(where.references.keys(), atOnce, judge)) {
    if (result instanceof Error) throw result;
    report[result]++;
    const { root, path } = where.references[sample];
    folders.set(root, (folders.get(root) ?? 0) + 1);
    if ((result === 'missing' || result === 'changed') && report.first.length < named) {
      report.first.push({ name: path, state: result });
    }
  }
  report.folders = [...folders].sort(([, a], [, b]) => b - a).map(([root]) => root);
  return report;
}
