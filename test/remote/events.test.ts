import { expect, it } from 'vitest';
import { eventsOf } from '../../src-main/remote/events.ts';

async function read(text: string, size: number): Promise<string[]> {
  const bytes = new TextEncoder().encode(text);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
  }
  const events: string[] = [];
  for await (const event of eventsOf(pieces())) events.push(event);
  return events;
}

it.each([1, 2, 3, 7, 1000])('events are told apart however they are cut: %i bytes at a time', async (size) => {
  const text =
    ': a comment\r\n\r\ndata: {"a":"é 中"}\r\n\r\nevent: x\nid: 3\ndata:one\ndata: two\n\ndata\n\rdata:  three\r\rretry: 5\n\ndata: last';
  expect(await read(text, size)).toEqual(['{"a":"é 中"}', 'one\ntwo', '', ' three', 'last']);
});
