import { AtelierError } from '../shared/errors.ts';

/** Characters of one event at most; an answer comes in thousands of small ones. */
export const mostEventLength = 4 * 2 ** 20;

/**
 * The data of each event of a stream (HTML Living Standard, 9.2.6 "Interpreting an event stream"), as it is whole; fields other than `data`
 * are of no use here. Throws `remote_too_large` where an event never ends.
 */
export async function* eventsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let length = 0;
  const take = (line: string): string | null => {
    if (line === '') {
      const event = data.length > 0 ? data.join('\n') : null;
      [data, length] = [[], 0];
      return event;
    }
    const [, field, value] = /^([^:]*)(?::[ ]?(.*))?$/s.exec(line)!;
    if (field === 'data') {
      data.push(value ?? '');
      length += line.length;
    }
    return null;
  };
  for await (const chunk of bytes) {
    const more = decoder.decode(chunk, { stream: true });
    const text = rest + more;
    let from = 0;
    // A carriage return at the end may be the first half of a line's end.
    // What came before has none but that.
    const ends = /\r\n|\n|\r(?!$)/g;
    ends.lastIndex = Math.max(0, rest.length - 1);
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      const event = take(text.slice(from, end.index));
      from = end.index + end[0].length;
      if (event !== null) yield event;
    }
    rest = text.slice(from);
    if (rest.length + length > mostEventLength)
      throw new AtelierError(
        'remote_too_large',
        `The server sent ${mostEventLength / 2 ** 20} MB without the end of a message, and was not listened to any longer. What came before is kept.`,
      );
  }
  // What ends without an empty line is still told: some servers end so.
  for (const line of [...(rest + decoder.decode()).split(/\r\n|\n|\r/), '']) {
    const event = take(line);
    if (event !== null) yield event;
  }
}
