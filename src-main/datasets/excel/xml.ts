import sax from 'sax';
import { AtelierError } from '../../shared/errors.ts';
import { openFile, type FoundFile } from '../source.ts';

/** No part of a workbook nests deeper. */
const maxDepth = 64;

export interface XmlListener {
  /** `name` without its namespace's prefix. */
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
  /** Awaited now and then. */
  drain?(): Promise<void>;
  /** True: enough was seen. */
  enough?(): boolean;
}

/** Thrown for XML that is none, or that no spreadsheet program writes. */
export class BadXml extends Error {}

/**
 * Reads XML piece by piece. There are no entities but XML's own, since a document type is refused: nothing grows as it is read, and nothing
 * else is opened. Throws `BadXml`.
 */
export async function readXml(
  file: FoundFile,
  listener: XmlListener,
  signal?: AbortSignal,
  onStored?: (chunk: Uint8Array) => void,
): Promise<void> {
  const xml = sax.parser(true, { position: false });
  let depth = 0;
  // What is thrown in a listener of the parser leaves it in no state to go on.
  xml.onerror = (error) => {
    throw new BadXml(error.message.split('\n')[0]);
  };
  xml.ondoctype = () => {
    throw new BadXml('It has a document type.');
  };
  xml.onopentag = ({ name, attributes }) => {
    if (++depth > maxDepth) throw new BadXml('It is nested too deep.');
    listener.open?.(local(name), attributes as Record<string, string>);
  };
  xml.onclosetag = (name) => {
    depth--;
    listener.close?.(local(name));
  };
  xml.ontext = (text) => listener.text?.(text);
  xml.oncdata = (text) => listener.text?.(text);
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  for await (const chunk of openFile(file, signal, onStored)) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    xml.write(decoder.decode(chunk, { stream: true }));
    await listener.drain?.();
    if (listener.enough?.()) return;
  }
  xml.write(decoder?.decode() ?? '').close();
  await listener.drain?.();
}

const encodingOf = (head: Uint8Array): string =>
  head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** An attribute by its name without prefix. */
export function attribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  if (name in attributes) return attributes[name];
  const key = Object.keys(attributes).find((each) => local(each) === name);
  return key === undefined ? undefined : attributes[key];
}

/** What went wrong in one part of a workbook, as one error about the whole. */
export async function inWorkbook<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const damaged =
      error instanceof BadXml ||
      (error instanceof AtelierError && (error.code === 'entry_damaged' || error.code === 'archive_damaged'));
    if (!damaged) throw error;
    throw new AtelierError(
      'excel_damaged',
      `${name} is no whole workbook: it is damaged, or not what it says it is. Open it in a spreadsheet program and save it again.`,
      [error.message],
    );
  }
}
