import { m } from '../words/messages.ts';

export interface KeyGroup {
  name: string;
  keys: { keys: string[]; name: string }[];
}

/** Keys that belong to a kind of thing, whatever the place: they are held by the components themselves. */
export function fixedKeys(): KeyGroup[] {
  return [
    {
      name: m.keys_tables(),
      keys: [
        { keys: ['up', 'down'], name: m.keys_move_cursor() },
        { keys: ['shift+up', 'shift+down'], name: m.keys_extend() },
        { keys: ['space'], name: m.keys_toggle() },
        { keys: ['mod+a'], name: m.keys_select_all() },
        { keys: ['mod+c'], name: m.keys_copy_rows() },
        { keys: ['enter'], name: m.keys_open() },
        { keys: ['esc'], name: m.keys_clear_selection() },
        { keys: ['shift+left', 'shift+right'], name: m.keys_move_column() },
        { keys: ['alt+left', 'alt+right'], name: m.keys_resize_column() },
      ],
    },
    {
      name: m.keys_texts(),
      keys: [
        { keys: ['left', 'right', 'up', 'down'], name: m.keys_caret() },
        { keys: ['mod+left', 'mod+right'], name: m.keys_caret_word() },
        { keys: ['home', 'end'], name: m.keys_caret_ends() },
        { keys: ['shift+left', 'shift+right'], name: m.keys_caret_extend() },
        { keys: ['esc'], name: m.keys_caret_leave() },
      ],
    },
    {
      name: m.keys_charts(),
      keys: [
        { keys: ['left', 'right'], name: m.keys_crosshair() },
        { keys: ['+', '-'], name: m.keys_zoom() },
        { keys: ['shift+left', 'shift+right'], name: m.keys_pan() },
        { keys: ['0'], name: m.chart_reset_zoom() },
      ],
    },
  ];
}
