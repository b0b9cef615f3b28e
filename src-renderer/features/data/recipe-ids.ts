/** The kind, or the kind and a number: readable in the file. */
export function newStepId(kind: string, taken: readonly string[]): string {
  let id = kind;
  for (let n = 2; taken.includes(id); n++) id = `${kind}-${n}`;
  return id;
}
