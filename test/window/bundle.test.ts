import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, isOwn, resolveInside } from '../../src-main/window/bundle.ts';

const folder = '/opt/atelier/renderer';

describe('what app:// serves', () => {
  it('serves the index at the root and files by their path', () => {
    expect(resolveInside(folder, 'app://bundle/')).toBe(`${folder}/index.html`);
    expect(resolveInside(folder, 'app://bundle/assets/main.js?x#y')).toBe(`${folder}/assets/main.js`);
    expect(resolveInside(folder, 'app://bundle/a%20b.css')).toBe(`${folder}/a b.css`);
  });

  it.each([
    ['another host', 'app://other/index.html'],
    ['another scheme', 'file:///etc/passwd'],
    ['an encoded climb', 'app://bundle/..%2f..%2fetc/passwd'],
    ['a doubly dotted path after an encoded slash', 'app://bundle/assets%2f..%2f..%2f..%2fetc%2fpasswd'],
    ['a backslash', 'app://bundle/..%5c..%5csecrets'],
    ['a NUL', 'app://bundle/index.html%00.png'],
    ['broken escapes', 'app://bundle/%E0%A4%A'],
    ['no URL at all', 'nonsense'],
  ])('refuses %s', (_what, url) => {
    expect(resolveInside(folder, url)).toBeNull();
  });

  it('never takes a sibling folder with the same beginning for its own', () => {
    expect(resolveInside(folder, 'app://bundle/..%2frenderer-evil/x.js')).toBeNull();
  });
});

describe('the policy', () => {
  it('allows no inline or evaluated script, no frame, no outside', () => {
    const directives = new Map(contentSecurityPolicy.split('; ').map((line) => [line.split(' ')[0], line]));
    expect(directives.get('default-src')).toBe("default-src 'none'");
    expect(directives.get('script-src')).toBe("script-src 'self'");
    expect(contentSecurityPolicy).not.toMatch(/unsafe-eval|https?:|blob:|\*/);
  });

  it('knows its own pages from look-alikes', () => {
    expect(isOwn('app://bundle/index.html')).toBe(true);
    expect(isOwn('app://bundle.evil/index.html')).toBe(false);
    expect(isOwn('https://bundle/')).toBe(false);
  });
});
