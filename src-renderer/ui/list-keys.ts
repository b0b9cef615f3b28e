/** Up and down, Home and End go through the buttons of a list; Tab leaves it. */
export function listKeys(list: HTMLElement): () => void {
  const key = (event: KeyboardEvent) => {
    const buttons = [...list.querySelectorAll<HTMLElement>('button:not([tabindex="-1"])')];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    buttons[Math.min(buttons.length - 1, Math.max(0, to))]?.focus();
  };
  list.addEventListener('keydown', key);
  return () => list.removeEventListener('keydown', key);
}
