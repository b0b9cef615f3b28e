import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** Bytes of this process that lie in memory now, and the most that ever did. */
export function processMemory(): { now: number; peak: number } {
  const now = process.memoryUsage.rss();
  try {
    // getrusage would also count what the process that started this one had.
    const status = readFileSync('/proc/self/status', 'utf8');
    return { now, peak: 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) };
  } catch {
    return { now, peak: Math.max(now, 1024 * process.resourceUsage().maxRSS) };
  }
}

/** Bytes that this process may still take: the machine's, or what its container leaves it. */
export function freeMemory(): number {
  const available = (process as { availableMemory?: () => number }).availableMemory?.();
  return available && available > 0 ? available : freemem();
}
