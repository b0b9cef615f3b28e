/** Keys are written 'mod+shift+o', 'alt+left', '?': `mod` is Command on macOS and Control elsewhere. */
export type Platform = 'linux' | 'darwin' | 'win32';

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const named: Record<string, string> = {
  arrowleft: 'left',
  arrowright: 'right',
  arrowup: 'up',
  arrowdown: 'down',
  ' ': 'space',
  escape: 'esc',
};

export function keyOf(event: Pressed, platform: Platform): string {
  const mac = platform === 'darwin';
  const key = event.key.toLowerCase();
  const parts: string[] = [];
  if (mac ? event.metaKey : event.ctrlKey) parts.push('mod');
  if (mac ? event.ctrlKey : event.metaKey) parts.push(mac ? 'ctrl' : 'meta');
  if (event.altKey) parts.push('alt');
  // A shifted sign is its own key: '?' is not 'shift+?'.
  if (event.shiftKey && (key.length > 1 || /[a-z0-9 ]/.test(key))) parts.push('shift');
  parts.push(named[key] ?? key);
  return parts.join('+');
}

const pressable =
  'button, a[href], summary, [role=button], [role=link], [role=tab], [role=checkbox], [role=radio], [role=switch], [role=menuitem]';

/** Enter and Space press what has the focus, where it can be pressed: they mean that, and not what they mean in the place. */
export const pressesFocused = (keys: string, target: EventTarget | null): boolean =>
  /^(shift\+)?(enter|space)$/.test(keys) &&
  target instanceof Element &&
  target.matches(pressable) &&
  target.getAttribute('role') !== 'option';

const symbols: Record<string, string> = {
  left: '←',
  right: '→',
  up: '↑',
  down: '↓',
  enter: '↵',
  backspace: '⌫',
  esc: 'Esc',
  space: 'Space',
  delete: 'Del',
  home: 'Home',
  end: 'End',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  tab: 'Tab',
};
const macSymbols: Record<string, string> = { mod: '⌘', shift: '⇧', alt: '⌥', ctrl: '⌃' };
const otherSymbols: Record<string, string> = { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', meta: 'Win' };

/** The caps to draw, one a key: ['Ctrl', 'K'] or ['⌘', 'K']. */
export function keyCaps(keys: string, platform: Platform): string[] {
  const modifiers = platform === 'darwin' ? macSymbols : otherSymbols;
  const parts = keys === '+' ? ['+'] : keys.split('+').map((part) => part || '+');
  return parts.map((part) => modifiers[part] ?? symbols[part] ?? (/^(.|f\d+)$/.test(part) ? part.toUpperCase() : part));
}
