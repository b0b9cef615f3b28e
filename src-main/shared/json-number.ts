/** Numbers that JSON has no words for, and -0, whose sign it loses: as texts. */
export function numberToJson(value: number): number | string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : value;
  return String(value);
}

const words: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity', '-0']);

/** Undefined for what is no number; null is NaN, as JSON writers make it. */
export function numberFromJson(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === null) return NaN;
  return words.has(value) ? Number(value) : undefined;
}
