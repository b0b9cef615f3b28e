/** Names as written, made unique: SQL and people's eyes do not tell "Age" from "age". */
export function uniqueNames(raw: readonly string[]): string[] {
  const taken = new Set<string>();
  return raw.map((cell, i) => {
    const base = cell.replace(/\s+/g, ' ').trim().slice(0, 200) || `column_${i + 1}`;
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
