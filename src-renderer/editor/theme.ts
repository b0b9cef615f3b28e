import type { monaco as Monaco } from './monaco.ts';

/** The editor in the colours of the window, as its tokens are at this moment. */
export function applyTheme(monaco: typeof Monaco): void {
  const dark = document.documentElement.dataset.theme === 'dark';
  const style = getComputedStyle(document.documentElement);
  const colour = (token: string) => hex(style.getPropertyValue(token));
  const rule = (token: string, name: string, fontStyle = '') => ({
    token,
    foreground: colour(name).slice(1),
    fontStyle,
  });
  monaco.editor.defineTheme('atelier', {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      rule('', '--text'),
      rule('role', '--accent-text', 'bold'),
      rule('variable', '--validation'),
      rule('variable.bracket', '--text-faint'),
      rule('include', '--accent-text'),
      rule('include.version', '--text-muted'),
      rule('keyword', '--accent-text', 'bold'),
      rule('escape', '--text-faint'),
    ],
    colors: {
      'editor.background': colour('--surface'),
      'editor.foreground': colour('--text'),
      'editor.lineHighlightBackground': colour('--sunken'),
      'editor.lineHighlightBorder': '#00000000',
      'editorLineNumber.foreground': colour('--text-faint'),
      'editorLineNumber.activeForeground': colour('--text'),
      'editorCursor.foreground': colour('--accent'),
      'editor.selectionBackground': colour('--selected'),
      'editor.inactiveSelectionBackground': colour('--selected-quiet'),
      'editorWidget.background': colour('--float'),
      'editorWidget.border': colour('--hairline'),
      'editorSuggestWidget.background': colour('--float'),
      'editorSuggestWidget.selectedBackground': colour('--selected'),
      'editorSuggestWidget.selectedForeground': colour('--text'),
      'editorSuggestWidget.highlightForeground': colour('--accent-text'),
      'editorSuggestWidget.focusHighlightForeground': colour('--accent-text'),
      'editorHoverWidget.background': colour('--float'),
      'editorHoverWidget.border': colour('--hairline'),
      'editorError.foreground': colour('--bad'),
      'editorWarning.foreground': colour('--warn'),
      'editor.placeholder.foreground': colour('--text-faint'),
      'editorPlaceholder.foreground': colour('--text-faint'),
      'input.background': colour('--surface'),
      focusBorder: colour('--focus'),
    },
  });
  monaco.editor.setTheme('atelier');
}

/** As Monaco reads colours: it knows no rgb(). */
function hex(value: string): string {
  const text = value.trim();
  if (/^#[0-9a-f]{3}$/i.test(text)) return `#${[...text.slice(1)].map((digit) => digit + digit).join('')}`;
  return /^#[0-9a-f]{6,8}$/i.test(text) ? text : '#808080';
}
