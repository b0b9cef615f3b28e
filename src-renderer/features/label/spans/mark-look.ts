import { resolvedClass, type LabelClass } from '../../../../src-main/shared/labels.ts';
import { classColour } from '../class-colour.ts';

/** How marks of a class look. */
export interface MarkLook {
  name(id: number): string;
  colour(id: number, dark: boolean): string;
}

/** By the classes as they are when it is asked. */
export function markLook(of: { readonly classes: ReadonlyMap<number, LabelClass> }): MarkLook {
  const classOf = (id: number) => of.classes.get(resolvedClass(of.classes, id));
  return {
    name: (id) => classOf(id)?.name ?? '?',
    colour(id, dark) {
      const one = classOf(id);
      return one ? classColour(one, dark) : 'var(--text-faint)';
    },
  };
}
