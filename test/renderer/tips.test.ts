import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tips } from '../../src-renderer/ui/tips.svelte.ts';

const thing = () => ({ isConnected: true }) as HTMLElement & { isConnected: boolean };
const offered = (text: string, on: HTMLElement) => tips.offer({ text, keys: undefined, side: 'bottom', on });

describe('the tip of the window', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    tips.hide();
    vi.useRealTimers();
  });

  it('goes with the thing that it is of', () => {
    const cancel = thing();
    offered('Ends now without a result.', cancel);
    vi.runAllTimers();
    tips.changed();
    expect(tips.shown?.text).toBe('Ends now without a result.');
    cancel.isConnected = false;
    tips.changed();
    expect(tips.shown).toBeNull();
  });

  it('does not come of what took the place of a pressed thing, until the pointer is moved', () => {
    tips.press(100, 50);
    expect(tips.came(101, 50)).toBe(false);
    expect(tips.came(110, 50)).toBe(true);
    expect(tips.came(100, 50)).toBe(true);
  });
});
