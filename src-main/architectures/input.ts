import { AtelierError } from '../shared/errors.ts';
import type { ArchitectureInfo } from '../shared/run.ts';
import type { InputSpec } from './architecture.ts';

const plural: Record<InputSpec['kind'], string> = {
  image: 'images',
  audio: 'sounds',
  table: 'tables',
  series: 'series',
  pair: 'pairs of categories',
  text: 'texts',
};

/** The input, where it is of one of these kinds. Errors: invalid_settings. */
export function wanted<K extends InputSpec['kind']>(
  architecture: string,
  input: InputSpec,
  ...kinds: readonly K[]
): Extract<InputSpec, { kind: K }> {
  if (kinds.some((kind) => kind === input.kind)) return input as Extract<InputSpec, { kind: K }>;
  const those = kinds.map((kind) => plural[kind]).join(' and ');
  throw new AtelierError('invalid_settings', `${architecture} takes ${those}, not ${plural[input.kind]}`);
}

/** How large a picture is that a net for images sees: of a sound its spectrogram, time downwards. */
export const pictureSize = (
  spec: Extract<InputSpec, { kind: 'image' | 'audio' }>,
): { height: number; width: number; channels: number } =>
  spec.kind === 'image' ? spec : { height: spec.frames, width: spec.mels, channels: 1 };

/** How a table's rows are encoded: numbers, then a "was missing" for some of them, then categories. */
export interface TableLayout {
  /** Each number, in column order: whether it has a "was missing". */
  readonly numbers: readonly boolean[];
  /** What each category is encoded in: so many places of which one is 1; or, taken as a pair, a whole number below this. */
  readonly categories: readonly number[];
}

/** Whether the categories are to be encoded as whole numbers instead of one place for each value. */
export const takesIndices = ({ inputs }: Pick<ArchitectureInfo, 'inputs'>): boolean => inputs.includes('pair');

/** A table as this architecture takes it. Errors: invalid_settings. */
export function tableInput(
  { id, inputs }: Pick<ArchitectureInfo, 'id' | 'inputs'>,
  { numbers, categories }: TableLayout,
): InputSpec {
  const gaps = numbers.flatMap((gap, place) => (gap ? [place] : []));
  const width = numbers.length + gaps.length + categories.reduce((sum, each) => sum + each, 0);
  const [first, second] = categories;
  if (inputs.includes('table')) return { kind: 'table', features: width };
  if (inputs.includes('series') && categories.length === 0) return { kind: 'series', length: numbers.length, gaps };
  if (inputs.includes('pair') && numbers.length === 0 && categories.length === 2) {
    return { kind: 'pair', sizes: [first, second] };
  }
  throw new AtelierError('invalid_settings', `${id} does not take tables with these columns`);
}
