import type { LabelClass } from '../../../src-main/shared/labels.ts';
import { categoryColour } from '../../charts/colours.ts';

/** A class's own colour, or that of its place. */
export const classColour = ({ colour, place }: Pick<LabelClass, 'colour' | 'place'>, dark: boolean): string =>
  colour ?? categoryColour(place - 1, dark);
