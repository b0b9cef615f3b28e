// Where to cut a forward pass into segments: at a cut only the values that cross it are kept, and what lies between two
// cuts is computed a second time when its gradients are due (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").

import { readsOf } from '../../onnx/subgraphs.ts';
import type { Graph, Node } from '../../onnx/types.ts';
import { bytesOfValue } from './bytes.ts';

/** Forward nodes `from` up to before `to`. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

interface Profile {
  /** Bytes that the gradients need of each node's outputs. */
  readonly kept: readonly number[];
  /** Bytes of values made before node i and used from it on, by forward nodes. */
  readonly crossing: readonly number[];
}

/** `varying`: values that depend on the data; the others (weights and what is made of them alone) are there anyway. */
function profile(
  graph: Graph,
  nodes: readonly Node[],
  varying: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): Profile {
  const size = (name: string) => (varying.has(name) ? bytesOfValue(graph.values.get(name)!) : 0);
  const last = new Map<string, number>();
  nodes.forEach((node, at) => readsOf(node).forEach((value) => last.set(value, at)));
  const changes = new Array<number>(nodes.length + 1).fill(0);
  nodes.forEach(({ outputs }, at) => {
    for (const output of outputs) {
      const end = output ? (last.get(output) ?? at) : at;
      if (end <= at) continue;
      changes[at + 1] += size(output);
      changes[end + 1] -= size(output);
    }
  });
  let live = 0;
  const crossing = changes.map((change) => (live += change));
  const kept = nodes.map(({ outputs }) =>
    outputs.reduce((sum, output) => sum + (needed.has(output) ? size(output) : 0), 0),
  );
  return { kept, crossing };
}

const MOST_SEGMENTS = 64;
/** How far from its ideal place a cut may move to where less crosses, as a share of a segment. */
const REACH = 0.5;

function cutInto(count: number, { kept, crossing }: Profile): Segment[] {
  const total = kept.reduce((sum, bytes) => sum + bytes, 0);
  const segments: Segment[] = [];
  let [from, sum] = [0, 0];
  for (let at = 0; at < kept.length && segments.length < count - 1; at++) {
    sum += kept[at];
    if (sum < total / count) continue;
    // From here on, while the segment does not grow too large: the place where least crosses.
    let [best, ahead] = [at + 1, 0];
    for (let cut = at + 1; cut < kept.length && ahead <= (REACH * total) / count; cut++) {
      if (crossing[cut] < crossing[best]) best = cut;
      ahead += kept[cut];
    }
    segments.push({ from, to: best });
    from = best;
    sum = 0;
    at = best - 1;
  }
  return [...segments, { from, to: kept.length }];
}

/** What is held at the worst moment: what crosses the cuts, and one segment in full. */
function peak(segments: readonly Segment[], { kept, crossing }: Profile): number {
  const insides = segments.map(({ from, to }) => kept.slice(from, to).reduce((sum, bytes) => sum + bytes, 0));
  const cuts = segments.slice(1).reduce((sum, { from }) => sum + crossing[from], 0);
  return cuts + Math.max(...insides);
}

/** The segments with the lowest peak. One means that nothing is gained. */
export function chooseSegments(
  graph: Graph,
  nodes: readonly Node[],
  varying: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): readonly Segment[] {
  const facts = profile(graph, nodes, varying, needed);
  let best = cutInto(1, facts);
  for (let count = 2; count <= MOST_SEGMENTS; count++) {
    const candidate = cutInto(count, facts);
    if (peak(candidate, facts) < peak(best, facts)) best = candidate;
  }
  return best;
}
