import { isLitter } from '../source.ts';

// eslint-disable-next-line no-control-regex
const illegal = /[<>:"/\\|?*\u0000-\u001f\u007f]/g;
/** Devices, whatever comes after a dot (learn.microsoft.com/windows/win32/fileio/naming-a-file). */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;
const maxBytes = 200;

/** A name as one that every system takes for a file or a folder, as like it as can be; the same where it is one already. */
export function fileName(name: string): string {
  let safe = name.replace(illegal, '_').replace(reserved, '_$1');
  while (Buffer.byteLength(safe) > maxBytes) safe = [...safe].slice(0, -1).join('');
  // Windows drops what these end in.
  safe = safe.replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  if (safe === '') return '_';
  // What an import would take for what systems leave behind.
  return isLitter(safe) ? `_${safe}` : safe;
}
