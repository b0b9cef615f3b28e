import { app, Menu } from 'electron';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';
import { m } from '../shared/messages/messages.js';

export type MenuLocale = 'en' | 'zh-CN';

/** The application menu. Commands are the palette's own: the window carries them out. */
export function setMenu(locale: MenuLocale, window: () => BrowserWindow | null, send: (command: string) => void): void {
  const options = { locale };
  const command = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => send(name),
  });
  const mac = process.platform === 'darwin';
  // Not by Chromium's roles: what one types in an editor, labels or a recipe has an undo of its own. Its keys are the page's, which has them first.
  const step = (which: 'undo' | 'redo', label: string, accelerator: string): MenuItemConstructorOptions => ({
    ...command(label, `edit.${which}`, accelerator),
    id: which,
    registerAccelerator: false,
  });
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as MenuItemConstructorOptions] : []),
    {
      label: m.menu_file({}, options),
      submenu: [
        command(m.menu_import_files({}, options), 'import.files', 'CmdOrCtrl+O'),
        command(m.menu_import_folder({}, options), 'import.folder', 'CmdOrCtrl+Shift+O'),
        command(m.menu_import_runs({}, options), 'runs.import'),
        { type: 'separator' },
        command(m.menu_open_workspace({}, options), 'workspace.choose'),
        command(m.menu_reveal_workspace({}, options), 'workspace.reveal'),
        { type: 'separator' },
        { role: mac ? 'close' : 'quit', label: mac ? undefined : m.menu_quit({}, options) },
      ],
    },
    {
      label: m.menu_edit({}, options),
      submenu: [
        step('undo', m.menu_undo({}, options), 'CmdOrCtrl+Z'),
        step('redo', m.menu_redo({}, options), mac ? 'Cmd+Shift+Z' : 'Ctrl+Y'),
        { type: 'separator' },
        { role: 'cut', label: m.menu_cut({}, options) },
        { role: 'copy', label: m.menu_copy({}, options) },
        { role: 'paste', label: m.menu_paste({}, options) },
        { role: 'selectAll', label: m.menu_select_all({}, options) },
      ],
    },
    {
      label: m.menu_view({}, options),
      submenu: [
        command(m.menu_palette({}, options), 'palette.open', 'CmdOrCtrl+K'),
        { type: 'separator' },
        { role: 'resetZoom', label: m.menu_actual_size({}, options) },
        { role: 'zoomIn', label: m.menu_zoom_in({}, options) },
        { role: 'zoomOut', label: m.menu_zoom_out({}, options) },
        { type: 'separator' },
        { role: 'togglefullscreen', label: m.menu_full_screen({}, options) },
        // The checkout's own developers; a packaged app has no use for them.
        ...(app.isPackaged ? [] : ([{ role: 'toggleDevTools' }] as MenuItemConstructorOptions[])),
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  // On Linux and Windows the menu hides behind Alt: the studio's own rail and palette carry the same commands.
  window()?.setMenuBarVisibility(mac);
}
