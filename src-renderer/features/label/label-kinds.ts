import type { Manifest } from '../../../src-main/shared/dataset.ts';
import type { LabellingKind } from '../../../src-main/shared/labels.ts';

/** Kinds of labelling that a version's samples can have, the plainest first. */
export function kindsFor({ kind, columns }: Manifest): LabellingKind[] {
  if (kind === 'images') return ['single', 'multiple', 'objects'];
  if (kind === 'audio') return ['single', 'segments'];
  const texts = columns.some(({ type }) => type === 'text');
  return [
    'single',
    'multiple',
    ...(texts ? (['spans'] as const) : []),
    ...(columns.length > 1 ? (['pair'] as const) : []),
    'rating',
  ];
}

/** What is begun with: marks where the version came with some, several classes where its samples have several. */
export function usualKind(manifest: Manifest): LabellingKind {
  const { types = {} } = manifest.annotations ?? {};
  const fitting = kindsFor(manifest);
  if ((types.box ?? 0) + (types.polygon ?? 0) + (types.mask ?? 0) + (types.keypoints ?? 0) > 0) return 'objects';
  if (types.span && fitting.includes('spans')) return 'spans';
  if (types.segment && fitting.includes('segments')) return 'segments';
  return manifest.task === 'multi-label' && fitting.includes('multiple') ? 'multiple' : 'single';
}
