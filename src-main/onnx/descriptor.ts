import type { Descriptor, Field, FieldKind } from './wire.ts';

type FieldTable = Readonly<Record<number, readonly [name: string, kind: FieldKind, repeated?: 'repeated']>>;

/** A message's fields by their numbers, ascending; lazy, for messages that contain one another. */
export function message(name: string, table: () => FieldTable): Descriptor {
  let fields: readonly Field[] | undefined;
  return {
    name,
    fields: () =>
      (fields ??= Object.entries(table()).map(([number, [field, kind, repeated]]) => ({
        number: Number(number),
        name: field,
        kind,
        repeated: repeated !== undefined,
      }))),
  };
}
