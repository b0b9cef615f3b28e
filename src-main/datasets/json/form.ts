/**
 * How a JSON file holds rows: one value a line (JSON Lines), one array, or an object with an array in it. Null: it is no JSON.
 * `text` is the file's beginning, `whole` if it is all of it.
 */
export type JsonForm = 'lines' | 'array' | 'object';

export function jsonForm(text: string, whole: boolean): JsonForm | null {
  const lines = text.split(/\r\n?|\n/);
  // The last one may be cut off.
  if (!whole && lines.length > 1) lines.pop();
  const full = lines.map((line) => line.trim()).filter((line) => line !== '');
  const [first = ''] = full;
  if (first.startsWith('{')) {
    if (full.length > 1 && full.slice(0, 5).some((line) => isObject(line))) return 'lines';
    // One line is a single row, unless it has rows inside.
    if (full.length === 1 && isObject(first)) {
      return Object.values(JSON.parse(first) as object).some(isRows) ? 'object' : 'lines';
    }
    return /^\{\s*("|\})/.test(text.trimStart()) || first === '{' ? 'object' : null;
  }
  if (!first.startsWith('[')) return null;
  // A first value: what else begins with a bracket is a section of settings, or just text.
  return /^\[\s*($|[[{"\d\-tfn\]])/.test(text.trimStart().slice(0, 4096)) ? 'array' : null;
}

function isObject(line: string): boolean {
  if (!line.startsWith('{') || !line.endsWith('}')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

const isRows = (value: unknown): boolean => Array.isArray(value) && value.some((each) => isPlainObject(each));
const isPlainObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
