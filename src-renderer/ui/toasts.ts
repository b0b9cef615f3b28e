import { toast } from 'svelte-sonner';
import type { AtelierError } from '../../src-main/shared/errors.ts';
import { asError } from '../state/resource.svelte.ts';
import { errorText } from '../words/errors.ts';
import { format } from '../words/format.ts';
import { m } from '../words/messages.ts';

interface Act {
  label: string;
  run: () => void;
}

/** A word in the corner: something done, with at most one thing to do about it. */
export function notify(text: string, act?: Act, kind: 'info' | 'success' | 'warning' = 'success'): void {
  toast[kind](text, { duration: act ? 8000 : 4000, action: act && { label: act.label, onClick: act.run } });
}

/** Why something cannot be done now: menus have it beside a name, here it stands alone. */
export const notifyWhy = (why: string): void => notify(why.charAt(0).toUpperCase() + why.slice(1), undefined, 'info');

export function notifyError(error: AtelierError | unknown, act?: Act): void {
  notifyFailure(errorText(asError(error)).headline, act);
}

/** The same in words of one's own; what takes it away again. */
export function notifyFailure(text: string, act?: Act): () => void {
  const id = toast.error(text, { duration: 12_000, action: act && { label: act.label, onClick: act.run } });
  return () => toast.dismiss(id);
}

export function notifyCopied(rows: number): void {
  notify(m.rows_copied({ count: rows, n: format.integer(rows) }));
}

/** For an act of which failing is worth a word and nothing more. */
export async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    notifyError(error);
    return undefined;
  }
}
