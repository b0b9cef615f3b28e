import { execFile } from 'node:child_process';

/** A graphics adapter as the operating system describes it. */
export interface Adapter {
  vendor: 'nvidia' | 'amd' | 'intel' | 'apple' | 'other';
  name: string | null;
  /** Bytes of its own; null where it has none or does not tell. */
  memory: number | null;
  /** Name or version; null where none is loaded. */
  driver: string | null;
}

export const vendorOf = (text: string): Adapter['vendor'] =>
  /nvidia|geforce|quadro|tesla/i.test(text)
    ? 'nvidia'
    : /\bamd\b|\bati\b|radeon|advanced micro/i.test(text)
      ? 'amd'
      : /intel/i.test(text)
        ? 'intel'
        : /apple/i.test(text)
          ? 'apple'
          : 'other';

/** The one that a program gets which asks for the fastest: with memory of its own before one without, the larger before the smaller. */
export const fastestFirst = (adapters: readonly Adapter[]): Adapter[] =>
  [...adapters].sort((a, b) => rank[a.vendor] - rank[b.vendor] || (b.memory ?? 0) - (a.memory ?? 0));
const rank: Record<Adapter['vendor'], number> = { nvidia: 0, apple: 0, amd: 1, intel: 2, other: 3 };

/** What a system tool prints; empty where there is no such tool, or it takes too long to answer. */
export function outputOf(program: string, args: readonly string[], withinMs = 8_000): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: withinMs, windowsHide: true, maxBuffer: 2 ** 22 }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}
