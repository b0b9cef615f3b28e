import type { Manifest } from './dataset.ts';
import type { Learning } from './task.ts';

/**
 * What an architecture takes of the data. A table can be taken in more than one way: as a row of features (`table`), where all of
 * them are numbers as a series in column order (`series`), where there are two and both are categories as a pair (`pair`: a person
 * and a film); for its columns of text, whatever else it has (`text`). What is no text's leaves those out. Sounds are taken as
 * spectrograms (`audio`).
 */
export type InputKind = 'image' | 'audio' | 'table' | 'series' | 'pair' | 'text';

/** Those that some dataset can give: architectures that take none of them are not offered. */
export const givenKinds: readonly InputKind[] = ['image', 'audio', 'table', 'series', 'pair', 'text'];
/** What a run can train a net for. */
export const givenLearnings: readonly Learning[] = ['target', 'reconstruction', 'generation', 'language'];

/** Every way in which a dataset version can be taken. */
export function inputKinds({ kind, columns }: Pick<Manifest, 'kind' | 'columns'>): InputKind[] {
  if (kind === 'images') return ['image'];
  if (kind === 'audio') return ['audio'];
  const used = columns.filter(({ role }) => role === 'feature');
  const features = used.filter(({ type }) => type !== 'text');
  const texts = used.length > features.length;
  const all = (type: 'number' | 'category') => features.every((column) => column.type === type);
  return [
    ...(features.length > 0 || !texts ? (['table'] as const) : []),
    ...(features.length >= 2 && all('number') ? (['series'] as const) : []),
    ...(features.length === 2 && all('category') ? (['pair'] as const) : []),
    ...(texts ? (['text'] as const) : []),
  ];
}

/** Whether a net of this architecture can be trained on the data. */
export const takes = (
  { inputs }: { readonly inputs: readonly InputKind[] },
  manifest: Pick<Manifest, 'kind' | 'columns'>,
): boolean => inputKinds(manifest).some((kind) => inputs.includes(kind));

/** The settings that have an effect on such data. */
export const fieldsFor = <F extends { only?: InputKind }>(
  fields: readonly F[],
  manifest: Pick<Manifest, 'kind' | 'columns'>,
): F[] => {
  const kinds = inputKinds(manifest);
  return fields.filter(({ only }) => only === undefined || kinds.includes(only));
};

/** What is trained where nobody chose: quick to train, and good enough to compare others with. */
export function usualArchitecture(manifest: Pick<Manifest, 'kind' | 'columns'>): string {
  const [usual] = inputKinds(manifest);
  if (usual === 'image' || usual === 'audio') return 'cnn';
  if (usual !== 'text') return 'mlp';
  // Texts of which nothing is to be told, and that is all there is: a corpus.
  return manifest.columns.some(({ role }) => role === 'target') ? 'textcnn' : 'gpt';
}
