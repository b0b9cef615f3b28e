/** Names of classes as exporters write them among a model's metadata; null where there are none. */
export function namesInMetadata(metadata: Readonly<Record<string, string>>): string[] | null {
  for (const key of ['names', 'class_names', 'classes', 'labels']) {
    const names = metadata[key] === undefined ? null : namesIn(metadata[key]);
    if (names) return names;
  }
  return null;
}

/**
 * Names in order from a text: JSON or Python lists, {0: 'person', 1: "bicycle"} with numbers for keys, or one a line, else parted by commas. Null where
 * there are none, or where numbers are left out.
 */
export function namesIn(text: string): string[] | null {
  const trimmed = text.trim();
  const names = /^[[{]/.test(trimmed) ? listed(trimmed) : parted(trimmed);
  return names && names.length > 0 && names.length <= 10_000 && names.every((name) => name.length <= 200)
    ? names
    : null;
}

function parted(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return (lines.length > 1 ? lines : text.split(',')).map((name) => name.trim()).filter((name) => name !== '');
}

/** Quoted texts, each after its number where it has one. */
function listed(text: string): string[] | null {
  const entry = /(?:(?:"(\d+)"|'(\d+)'|(\d+))\s*:\s*)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*[,}\]]/gu;
  const names: string[] = [];
  for (const [, a, b, c, double, single] of text.matchAll(entry)) {
    const number = a ?? b ?? c;
    names[number === undefined ? names.length : Number(number)] = unescaped(double ?? single);
    if (names.length > 10_000) return null;
  }
  return Object.keys(names).length === names.length ? names : null;
}

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gu, '$1');
