import type { monaco as Monaco } from './monaco.ts';

interface Left {
  state: Monaco.editor.ICodeEditorViewState | null;
  focused: boolean;
}

/** Of texts that are not shown now: where the caret was, what was selected, how far it was scrolled. */
const left = new Map<string, Left>();
const mostKept = 100;

export function leaveView(editor: Monaco.editor.IStandaloneCodeEditor, key: string): void {
  left.delete(key);
  left.set(key, { state: editor.saveViewState(), focused: editor.hasTextFocus() });
  for (const old of [...left.keys()].slice(0, -mostKept)) left.delete(old);
}

/** The caret is there again, and keys go to it where they did when it was left and nothing else has them now. */
export function returnToView(editor: Monaco.editor.IStandaloneCodeEditor, key: string): void {
  const found = left.get(key);
  if (!found) return;
  editor.restoreViewState(found.state);
  if (found.focused && (document.activeElement ?? document.body) === document.body) editor.focus();
}
