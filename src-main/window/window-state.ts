import type { BrowserWindow, Rectangle } from 'electron';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';

const stateSchema = v.object({
  x: v.number(),
  y: v.number(),
  width: v.pipe(v.number(), v.minValue(400)),
  height: v.pipe(v.number(), v.minValue(300)),
  maximized: v.boolean(),
});
export type WindowState = v.InferOutput<typeof stateSchema>;

/** The last place and size, or null when there is none or no screen shows enough of it any more. */
export function readWindowState(path: string, screens: readonly Rectangle[]): WindowState | null {
  try {
    const state = v.parse(stateSchema, JSON.parse(readFileSync(path, 'utf8')));
    const grabbable = screens.some(
      (screen) =>
        Math.min(state.x + state.width, screen.x + screen.width) - Math.max(state.x, screen.x) >= 100 &&
        state.y >= screen.y &&
        state.y <= screen.y + screen.height - 50,
    );
    return grabbable ? state : null;
  } catch {
    return null;
  }
}

/** Writes the state a moment after the last move or resize, and when the window closes. */
export function rememberWindowState(window: BrowserWindow, path: string): void {
  let timer: NodeJS.Timeout | null = null;
  const save = () => {
    timer = null;
    const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeFileSync(`${path}.new`, JSON.stringify(state));
      renameSync(`${path}.new`, path);
    } catch {
      // A window that opens at its default size is no reason to disturb anyone.
    }
  };
  const soon = () => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(save, 500);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('close', () => {
    if (timer) clearTimeout(timer);
    save();
  });
}
