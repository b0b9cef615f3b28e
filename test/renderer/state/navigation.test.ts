import { describe, expect, it } from 'vitest';
import { newId } from '../../../src-main/shared/ids.ts';
import { Navigation } from '../../../src-renderer/state/navigation.svelte.ts';

describe('navigation', () => {
  it('goes back and forward, and forgets what lay ahead', () => {
    const navigation = new Navigation();
    const id = newId('run');
    navigation.go({ place: 'runs' });
    navigation.go({ place: 'runs', run: id });
    navigation.back();
    expect(navigation.here).toEqual({ place: 'runs' });
    navigation.forward();
    expect(navigation.here).toEqual({ place: 'runs', run: id });
    navigation.back();
    navigation.go({ place: 'settings' });
    expect(navigation.canGoForward).toBe(false);
  });
  it('finds a place as it was left', () => {
    const navigation = new Navigation();
    const id = newId('dataset');
    navigation.go({ place: 'data', dataset: id, tab: 'splits' });
    navigation.visit('train');
    navigation.visit('data');
    expect(navigation.here).toEqual({ place: 'data', dataset: id, tab: 'splits' });
    expect(navigation.of('train')).toEqual({ place: 'train' });
  });
  it('takes no step to where it already is, nor to say more exactly where', () => {
    const navigation = new Navigation();
    navigation.go({ place: 'data' });
    navigation.refine({ place: 'data', tab: 'profile' });
    expect(navigation.canGoBack).toBe(false);
    expect(navigation.here).toEqual({ place: 'data', tab: 'profile' });
  });
});
