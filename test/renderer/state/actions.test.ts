import { describe, expect, it, vi } from 'vitest';
import { Actions, fuzzyFilter } from '../../../src-renderer/state/actions.svelte.ts';
import { keyCaps, keyOf } from '../../../src-renderer/state/keys.ts';

describe('keys and actions', () => {
  const pressed = (key: string, more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...more,
  });
  it.each([
    [pressed('k', { ctrlKey: true }), 'linux', 'mod+k'],
    [pressed('k', { metaKey: true }), 'darwin', 'mod+k'],
    [pressed('O', { ctrlKey: true, shiftKey: true }), 'linux', 'mod+shift+o'],
    [pressed('ArrowLeft', { altKey: true }), 'linux', 'alt+left'],
    [pressed('?', { shiftKey: true }), 'linux', '?'],
    [pressed(' ', { shiftKey: true }), 'linux', 'shift+space'],
  ] as const)('names what was pressed', (event, platform, keys) => expect(keyOf(event, platform)).toBe(keys));
  it('draws caps as the platform does', () => {
    expect(keyCaps('mod+shift+o', 'darwin')).toEqual(['⌘', '⇧', 'O']);
    expect(keyCaps('mod+,', 'linux')).toEqual(['Ctrl', ',']);
    expect(keyCaps('shift+f2', 'linux')).toEqual(['Shift', 'F2']);
    expect(keyCaps('+', 'linux')).toEqual(['+']);
  });
  it('prefers the keys of the place, and does not run what is not possible', () => {
    const actions = new Actions();
    const ran = vi.fn();
    const base = { section: () => '', name: () => '' };
    actions.offer('frame', [{ ...base, id: 'a', keys: 'mod+enter', run: () => ran('a') }]);
    actions.offer('train', [
      { ...base, id: 'b', keys: 'mod+enter', place: 'train', why: () => 'no', run: () => ran('b') },
    ]);
    expect(actions.byKeys('mod+enter', 'train')?.id).toBe('b');
    expect(actions.byKeys('mod+enter', 'data')?.id).toBe('a');
    expect(actions.run('b')).toBe(false);
    actions.withdraw('train');
    expect(actions.byKeys('mod+enter', 'train')?.id).toBe('a');
    expect(ran).not.toHaveBeenCalled();
  });
  it('lists one for each id, the first that was offered', () => {
    const actions = new Actions();
    const base = { section: () => '', run: () => undefined };
    actions.offer('label', [
      { ...base, id: 'label.next', name: () => 'Next shape' },
      { ...base, id: 'label.next', name: () => 'Next image', keys: 'right' },
    ]);
    expect(actions.all.map(({ name }) => name())).toEqual(['Next shape']);
    expect(actions.byKeys('right', 'label')?.name()).toBe('Next image');
  });
  it('finds by letters in order, starts of words first', () => {
    const names = ['Go to Settings', 'Theme: dark', 'Show the workspace', '导入文件…'];
    expect(fuzzyFilter(names, 'td', (name) => name)[0]).toBe('Theme: dark');
    expect(fuzzyFilter(names, '导入', (name) => name)).toEqual(['导入文件…']);
    expect(fuzzyFilter(names, 'zzz', (name) => name)).toEqual([]);
  });
});
