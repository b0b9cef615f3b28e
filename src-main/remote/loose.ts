/** What comes from elsewhere may be anything. */

export const asObject = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;

export const textOr = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
