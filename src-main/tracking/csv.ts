import type { CurveBlock, ExchangedRun } from '../shared/run-exchange.ts';

/** Points as a table, one a line (RFC 4180): what is not a number is NaN, Infinity or -Infinity, an epoch that is not known is empty. */
export const csvHead = 'run,name,metric,step,epoch,seconds,value\r\n';

export function csvLines(run: ExchangedRun, { key, steps, epochs, times, values }: CurveBlock): string {
  const before = [run.identity, run.name, key].map(quoted).join(',');
  return steps
    .map((step, i) => `${before},${step},${Number.isNaN(epochs[i]) ? '' : epochs[i]},${times[i]},${values[i]}\r\n`)
    .join('');
}

/** A text that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection). */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
