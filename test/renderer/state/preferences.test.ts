import { describe, expect, it, vi } from 'vitest';
import { PreferencesState } from '../../../src-renderer/state/preferences.svelte.ts';
import { resolveLocale } from '../../../src-renderer/words/locale.svelte.ts';
import { fakeBridge } from '../fake-bridge.ts';

describe('preferences', () => {
  it('hold at once and are written down together', async () => {
    vi.useFakeTimers();
    const bridge = fakeBridge({});
    const preferences = new PreferencesState(bridge);
    preferences.setLayout('data.list', 300);
    preferences.setTheme('dark');
    expect([preferences.layout('data.list', 240), preferences.dark]).toEqual([300, true]);
    await vi.runAllTimersAsync();
    expect(bridge.asked).toEqual([['preferences.set', { layout: { 'data.list': 300 }, theme: 'dark' }]]);
    vi.useRealTimers();
  });
  it('are written down at once where the window goes, and again where that fails', async () => {
    let full = true;
    const bridge = fakeBridge({
      'preferences.set': () => (full ? Promise.reject(new Error('no space left')) : undefined),
    });
    const preferences = new PreferencesState(bridge);
    preferences.setLayout('label.kind.1', 'objects');
    await expect(preferences.flush()).rejects.toThrow('no space left');
    full = false;
    await preferences.keepLayout('label.pass.1', 2);
    const both = { layout: { 'label.kind.1': 'objects', 'label.pass.1': 2 } };
    expect(bridge.asked.at(-1)).toEqual(['preferences.set', both]);
    await preferences.flush();
    expect(bridge.asked).toHaveLength(2);
  });
  it('do not take a value of another kind', () => {
    const preferences = new PreferencesState(fakeBridge({}));
    preferences.setLayout('x', 'wide');
    expect(preferences.layout('x', 240)).toBe(240);
  });
  it.each([
    ['system', ['zh-TW', 'en'], 'zh-CN'],
    ['system', ['fr-FR', 'zh-Hans-CN'], 'zh-CN'],
    ['system', ['de'], 'en'],
    ['en', ['zh-CN'], 'en'],
  ] as const)('%s with %j is %s', (choice, system, locale) => expect(resolveLocale(choice, system)).toBe(locale));
});
