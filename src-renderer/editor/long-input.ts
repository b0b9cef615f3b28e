import type { monaco as Monaco } from './monaco.ts';

/** More than anybody types at once. */
const longInput = 256;

/**
 * A long text that comes in one piece but is not pasted (dictation, input methods, other programs) goes in as one that is: the editor would take it
 * letter by letter, each an edit with news of its own, which holds the window for minutes.
 */
export function takeLongInput(host: HTMLElement, editor: Monaco.editor.IStandaloneCodeEditor): void {
  const take = (event: InputEvent) => {
    const text = event.data;
    if (text === null || text.length < longInput || event.isComposing || !event.cancelable) return;
    if (!editor.hasTextFocus()) return;
    event.preventDefault();
    event.stopPropagation();
    editor.trigger('keyboard', 'paste', { text, pasteOnNewLine: false, multicursorText: null });
  };
  host.addEventListener('beforeinput', take, { capture: true });
}
