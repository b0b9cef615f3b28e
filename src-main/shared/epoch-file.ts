/** The file of a run's folder that holds what its model said after this epoch, and the epoch of such a file. */
export const epochFile = (epoch: number): string => `${String(epoch).padStart(6, '0')}.json`;
export function epochOfFile(file: string): number | null {
  const found = /^(\d{6,})\.json$/.exec(file);
  return found ? Number(found[1]) : null;
}

/** What such a file says; null where it is no JSON or not of this kind. */
export function readEpochFile<T>(text: string, parse: (value: unknown) => T | null): T | null {
  try {
    return parse(JSON.parse(text));
  } catch {
    return null;
  }
}
