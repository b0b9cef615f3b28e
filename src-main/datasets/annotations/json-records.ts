import type { Rejects } from '../importers/rejects.ts';

/** The records of a text of JSON, each with where it stands: of one list, or one a line. Lines that are no JSON are listed. */
export function* recordsOf(
  text: string,
  name: string,
  rejects: Rejects,
): Generator<{ record: unknown; where: string }> {
  const whole = text.replace(/^\ufeff/, '').trim();
  if (whole.startsWith('[')) {
    const list = parsed(whole);
    if (Array.isArray(list)) {
      for (const [i, record] of list.entries()) yield { record: record as unknown, where: `${name}: text ${i + 1}` };
      return;
    }
  }
  for (const [i, line] of whole.split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `${name}: line ${i + 1}`;
    const record = parsed(line);
    if (record === undefined) rejects.add(where, 'bad_json', `${where} is no JSON.`);
    else yield { record, where };
  }
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
