import { isNumber } from './reading.ts';

export type YamlValue = string | number | YamlValue[] | { [key: string]: YamlValue };

/**
 * The part of YAML that data sets are described in: keys with a word, a flow list or map, or a block of "- item" or "key: value" lines. What is
 * written in any other way is passed over.
 */
export function readDataYaml(text: string): Map<string, YamlValue> {
  const found = new Map<string, YamlValue>();
  const lines = text.split(/\r\n?|\n/).map((line) => line.replace(/(^|\s)#.*$/, ''));
  for (let at = 0; at < lines.length; at++) {
    const [, key, rest] = /^["']?([\w-]+)["']?\s*:\s*(.*)$/.exec(lines[at]) ?? [];
    if (key === undefined) continue;
    let inline = rest.trim();
    const opening = inline[0];
    // A flow list or map may go on over lines.
    const closing = opening === '[' ? ']' : opening === '{' ? '}' : null;
    while (closing && !inline.trimEnd().endsWith(closing) && at + 1 < lines.length) inline += ` ${lines[++at].trim()}`;
    if (inline !== '') {
      found.set(key, flow(inline));
      continue;
    }
    const list: YamlValue[] = [];
    const map = new Map<string, YamlValue>();
    for (; at + 1 < lines.length && /^(\s|-|$)/.test(lines[at + 1]); at++) {
      const line = lines[at + 1].trim();
      const [, item] = /^-\s+(.*)$/.exec(line) ?? [];
      const [, inner, value] = /^(["']?[^"':]+["']?)\s*:\s*(.*)$/.exec(line) ?? [];
      if (item !== undefined) list.push(scalar(item));
      else if (inner !== undefined) map.set(String(scalar(inner)), flow(value.trim()));
    }
    if (list.length > 0) found.set(key, list);
    else if (map.size > 0) found.set(key, Object.fromEntries(map));
  }
  return found;
}

function flow(text: string): YamlValue {
  if (text.startsWith('[') && text.endsWith(']')) return pieces(text.slice(1, -1)).map(scalar);
  if (text.startsWith('{') && text.endsWith('}')) {
    const pairs = pieces(text.slice(1, -1)).map((piece) => {
      const at = piece.indexOf(':');
      return [String(scalar(piece.slice(0, at))), scalar(piece.slice(at + 1))];
    });
    return Object.fromEntries(pairs) as Record<string, YamlValue>;
  }
  return scalar(text);
}

/** Between commas that stand in no quotes. */
function pieces(text: string): string[] {
  const found = text.match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"']|["'])+/g) ?? [];
  return found.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

function scalar(text: string): string | number {
  const word = text.trim();
  if (/^'.*'$/s.test(word)) return word.slice(1, -1).replaceAll("''", "'");
  if (/^".*"$/s.test(word)) {
    try {
      return JSON.parse(word) as string;
    } catch {
      return word.slice(1, -1);
    }
  }
  const number = Number(word);
  return word !== '' && isNumber(number) ? number : word;
}

/** The names of classes, by number: a list, or a map from numbers. */
export function classNames(value: YamlValue | undefined): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== 'object') return [];
  const names: string[] = [];
  for (const [key, name] of Object.entries(value)) {
    const n = Number(key);
    if (Number.isSafeInteger(n) && n >= 0 && n < 100_000) names[n] = String(name);
  }
  return Array.from(names, (name, i) => name ?? String(i));
}
