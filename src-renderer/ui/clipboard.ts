/** Copies text. Through the old command: the newer API needs a permission, and the window is given none. */
export function copyText(text: string): boolean {
  let copied = false;
  const listener = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
    copied = true;
  };
  document.addEventListener('copy', listener, { capture: true });
  try {
    document.execCommand('copy');
  } finally {
    document.removeEventListener('copy', listener, { capture: true });
  }
  return copied;
}

/** Cells as spreadsheets paste them: tabs and line ends inside a cell become spaces. */
export function toTsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map((cell) => cell.replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\n');
}
