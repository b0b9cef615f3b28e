import { derived } from '../../../datasets/derived.ts';
import { graphOf, normalised } from '../../../few-shot/graph.ts';
import { smoothBasis } from '../../../few-shot/smooth-basis.ts';
import { tellingOrder } from '../../../few-shot/telling-order.ts';
import type { FewShotParams } from '../../../shared/few-shot.ts';
import type { JobContext } from '../../port/job-port.ts';
import { gathered, type Members } from './members.ts';
import { bytes, type Points } from './points.ts';
import type { Products } from './products.ts';

/** What is labelled next is chosen among so many, drawn from all. */
const most = 8000;
const neighbours = 10;
const functions = 200;
/** So many are named: by the time they are labelled, more is known. */
const named = 48;

/** Open samples whose labels would tell most, first things first. `shares`: what is thought of the members, members × classes, if anything. */
export async function nextToLabel(
  { blobs, open, count, way, samples }: FewShotParams,
  points: Points,
  members: Members,
  shares: Float32Array | null,
  products: Products,
  context: JobContext,
): Promise<Int32Array> {
  const list = members.list.subarray(0, most);
  const pause = (): Promise<void> => context.pause();
  const rows = gathered(points, list);
  const from = { what: 'few-shot basis', way: 1, neighbours, functions, most, points: points.from };
  const found = await derived(blobs, from, ['values', 'vectors'], async () => {
    const { nearest, likeness } = await products.nearest(rows, rows, points.size, neighbours, (i) => i, pause);
    const graph = normalised(graphOf(nearest, likeness, nearest.length / list.length));
    const basis = await smoothBasis(graph, Math.min(functions, list.length), pause);
    return { values: new Uint8Array(basis.values.buffer), vectors: bytes(basis.vectors) };
  });
  const values = new Float64Array(found.values.slice().buffer);
  const vectors = new Float32Array(found.vectors.slice().buffer);
  const place = new Map(Array.from(list, (sample, i) => [sample, i]));
  const said: number[] = [];
  for (const sample of samples) said.push(place.get(sample) ?? (await likest(points, sample, rows, products)));
  const free = new Set(open);
  const isOpen = (i: number): boolean => free.has(list[i]);
  const wanted = Math.min(named, free.size);
  const basis = { values, vectors, count: values.length };
  // Members are the first nodes, and those chosen among the first members.
  const thought = way === 'telling' && shares ? shares.subarray(0, list.length * count) : null;
  return tellingOrder(basis, said, thought, wanted, isOpen).map((i) => list[i]);
}

/** A sample that is not among them stands where the one most like it does. */
async function likest(points: Points, sample: number, rows: Float32Array, products: Products): Promise<number> {
  const own = points.rows.slice(sample * points.size, (sample + 1) * points.size);
  const others = rows.length / points.size;
  const likeness = await products.multiply(rows, own, others, points.size, 1);
  let best = 0;
  for (let i = 1; i < others; i++) if (likeness[i] > likeness[best]) best = i;
  return best;
}
