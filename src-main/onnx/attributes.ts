import { AtelierError } from '../shared/errors.ts';
import type { Attribute, Attributes } from './types.ts';

/** Whole numbers are int attributes; a float one is written `float(0.5)`. */
export type AttributeInput = number | string | readonly number[] | Attribute | undefined;

export const float = (value: number): Attribute => ({ kind: 'float', value });

function attributeOf(name: string, input: Exclude<AttributeInput, undefined>): Attribute {
  if (typeof input === 'string') return { kind: 'string', value: input };
  if (typeof input === 'number') {
    if (Number.isSafeInteger(input)) return { kind: 'int', value: input };
    throw new AtelierError('internal', `attribute ${name}=${input}: a float attribute is written float(…)`);
  }
  return 'kind' in input ? input : { kind: 'ints', value: input };
}

export function attributesOf(inputs: Readonly<Record<string, AttributeInput>>): Attributes {
  const entries = Object.entries(inputs).filter(([, input]) => input !== undefined);
  return Object.fromEntries(entries.map(([name, input]) => [name, attributeOf(name, input!)]));
}
