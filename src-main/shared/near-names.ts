/** The names most like one that there is not, likest first; none where none is like it. Case, spaces and marks between words do not count. */
export function nearNames(wanted: string, names: Iterable<string>, most = 3): string[] {
  const bare = bareOf(wanted);
  const near: { name: string; distance: number }[] = [];
  for (const name of names) {
    const other = bareOf(name);
    const within = Math.min(2, Math.floor(Math.max(bare.length, 3) / 3));
    const distance = editDistance(bare, other, within);
    const part = Math.min(bare.length, other.length) >= 3 && (other.includes(bare) || bare.includes(other));
    if (distance <= within) near.push({ name, distance });
    else if (part) near.push({ name, distance: within + 1 });
  }
  return near
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ name }) => name);
}

/** " Did you mean "age" or "aged"?", or nothing: to follow an error's sentence. */
export function didYouMean(wanted: string, names: Iterable<string>): string {
  const near = nearNames(wanted, names).map((name) => `"${name}"`);
  return near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
}

const bareOf = (name: string): string => name.toLowerCase().replace(/[\s_\-.]+/g, '');

/** Levenshtein's, two neighbours that changed places counting once (optimal string alignment); given up beyond `most`. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const changed = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      next.push(swapped ? Math.min(changed, before[j - 2] + 1) : changed);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}
