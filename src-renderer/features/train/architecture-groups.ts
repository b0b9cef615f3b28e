import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { takes, type InputKind } from '../../../src-main/shared/input-kinds.ts';
import type { ArchitectureInfo } from '../../../src-main/shared/run.ts';
import type { Learning } from '../../../src-main/shared/task.ts';

/** Architectures with something in common: the data they take to tell a target, or what else they learn. */
export interface ArchitectureGroup {
  kind: InputKind | Exclude<Learning, 'target'>;
  architectures: ArchitectureInfo[];
}

const order: readonly ArchitectureGroup['kind'][] = [
  ...(['table', 'image', 'audio', 'series', 'pair', 'text'] as const),
  ...(['reconstruction', 'generation', 'language'] as const),
];

function groupOf({ inputs, learns }: ArchitectureInfo, manifest: Manifest): ArchitectureGroup['kind'] {
  if (learns !== 'target') return learns;
  // What is for images or series takes sounds as well.
  if (manifest.kind === 'audio') return 'audio';
  // What takes rows of features takes most data.
  return inputs.includes('table') ? 'table' : inputs[0];
}

/** Those that the data fits, by what they take: first those for any data. */
export function groupsFor(all: readonly ArchitectureInfo[], manifest: Manifest): ArchitectureGroup[] {
  const fitting = all.filter((one) => takes(one, manifest));
  const of = (kind: ArchitectureGroup['kind']) => fitting.filter((one) => groupOf(one, manifest) === kind);
  const groups = order.map((kind) => ({ kind, architectures: of(kind) }));
  return groups.filter(({ architectures }) => architectures.length > 0);
}
