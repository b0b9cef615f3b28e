/** Classes that stand in the names of files: "0_jackson_3.wav" is of class "0". */

/** A pattern, with what it makes of some names. */
export interface NamePattern {
  pattern: string;
  /** Which part of the name it takes: from 1; the last one; or the letters before a number. */
  part: number | 'last' | 'letters';
}

export const longestPattern = 500;
const fewest = 2;
const partsLookedAt = 3;

/** The expression, and which of its groups is meant; null where it is none. */
export function namePattern(pattern: string): { expression: RegExp; group: 0 | 1 } | null {
  if (pattern === '' || pattern.length > longestPattern) return null;
  try {
    const groups = new RegExp(`${pattern}|`, 'u').exec('')!.length - 1;
    return { expression: new RegExp(pattern, 'u'), group: groups > 0 ? 1 : 0 };
  } catch {
    return null;
  }
}

/** The class of a file by its path; null where the pattern does not fit its name. Folders are not looked at. */
export function classOfName({ expression, group }: { expression: RegExp; group: 0 | 1 }, path: string): string | null {
  return expression.exec(path.slice(path.lastIndexOf('/') + 1))?.[group] || null;
}

/** The different classes that a pattern gives these files, in order; files that it does not fit are left out. */
export function classesOfNames(pattern: string, paths: readonly string[]): string[] {
  const checked = namePattern(pattern);
  if (!checked) return [];
  const classes = new Set(paths.map((path) => classOfName(checked, path)));
  classes.delete(null);
  return ([...classes] as string[]).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The parts of names like these that could be classes: they fit every name, and are neither all the same nor mostly different. */
export function suggestPatterns(paths: readonly string[]): NamePattern[] {
  const between = '[-_. ]+';
  const part = '([^-_. ]+)';
  const parts = Array.from({ length: partsLookedAt }, (_, i): NamePattern => ({
    pattern: `^${`[^-_. ]+${between}`.repeat(i)}${part}${between}[^.]+[.]`,
    part: i + 1,
  }));
  const suggested: NamePattern[] = [
    ...parts,
    { pattern: `[-_ ]${part}[.][^.]+$`, part: 'last' },
    { pattern: String.raw`^([^\d_. -]+)\d+[.]`, part: 'letters' },
  ];
  const seen = new Set<string>();
  return suggested.filter(({ pattern }) => {
    const checked = namePattern(pattern)!;
    const classes = paths.map((path) => classOfName(checked, path));
    const different = new Set(classes);
    if (different.has(null) || different.size < fewest || different.size > paths.length / 2) return false;
    // Two patterns that say the same of every name are one.
    const key = classes.join('\n');
    return !seen.has(key) && seen.add(key);
  });
}
