import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { screenshots, type StudioApp } from './studio-app.ts';

/**
 * What an accessibility check of a view finds, each as a sentence; none where all is well. By Chromium's own accessibility tree: whatever can be
 * focused or pressed has a name. In the page: text stands out by WCAG 2's contrast (1.4.3: 4.5, of large text 3; disabled things are free),
 * controls' marks by 3 (1.4.11 is for people to judge), ids are there once and are what ARIA attributes refer to, nothing that can be pressed lies in another
 * such thing, lists hold items, what scrolls can be reached by keyboard (2.1.1), and no text that is a control is cut off by the window (1.4.4, 1.4.10).
 */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // No tip is in the way.
  await page.mouse.move(1, 1);
  // Two frames: the view is drawn as it is now.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return [...(await namelessControls(page)), ...(await page.evaluate(auditPage))];
}

/**
 * The same for views of labelling: in both languages, dark and light, as they are and at 200 %. Pictures of one of each are saved as `label-<view>-<zoom>`.
 * The window is opened anew for each, and each view from the one before.
 */
export async function problemsEverywhere(
  { app, page }: StudioApp,
  views: readonly (readonly [name: string, open: () => Promise<void>])[],
): Promise<string[]> {
  const zoomTo = async (factor: number): Promise<void> => {
    await app.evaluate(
      ({ BrowserWindow }, factor) => BrowserWindow.getAllWindows()[0].webContents.setZoomFactor(factor),
      factor,
    );
    await page.waitForFunction((factor) => window.devicePixelRatio === factor, factor);
  };
  // Playwright's own pictures of a page at 200 % are of its first quarter.
  const picture = async (name: string): Promise<void> => {
    const png = await app.evaluate(async ({ BrowserWindow }) =>
      (await BrowserWindow.getAllWindows()[0].webContents.capturePage()).toPNG().toString('base64'),
    );
    mkdirSync(screenshots, { recursive: true });
    writeFileSync(join(screenshots, `${name}.png`), Buffer.from(png, 'base64'));
  };
  const found: string[] = [];
  for (const theme of ['dark', 'light'] as const) {
    for (const locale of ['en', 'zh-CN'] as const) {
      await page.evaluate((wish) => window.studio!.invoke('preferences.set', wish), { theme, locale });
      await page.reload();
      await page.getByTestId('rail-label').click();
      await page.getByTestId('label-progress').waitFor();
      for (const [name, open] of views) {
        await open();
        for (const zoom of [1, 2]) {
          await zoomTo(zoom);
          const where = `${name}, ${theme}, ${locale}, ${zoom * 100} %`;
          found.push(...(await accessibilityProblems(page)).map((problem) => `${where}: ${problem}`));
          if (theme === 'light' && locale === 'zh-CN') await picture(`label-${name}-${zoom}`);
        }
        await zoomTo(1);
      }
    }
  }
  return found;
}

interface AxNode {
  ignored: boolean;
  role?: { value: string };
  name?: { value?: string };
  properties?: { name: string; value: { value?: unknown } }[];
  backendDOMNodeId?: number;
}

const controls = new Set(
  'button checkbox combobox gridcell link listbox menuitem menuitemcheckbox menuitemradio option radio searchbox slider spinbutton switch tab textbox treeitem image img canvas dialog'.split(
    ' ',
  ),
);

async function namelessControls(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { nodes: AxNode[] };
    const found: string[] = [];
    for (const { ignored, role, name, properties = [], backendDOMNodeId } of nodes) {
      if (ignored || !role || role.value === 'RootWebArea') continue;
      const focusable = properties.some((one) => one.name === 'focusable' && one.value.value === true);
      const named = (name?.value ?? '').trim() !== '';
      if (named || !(controls.has(role.value.toLowerCase()) || focusable)) continue;
      if (role.value === 'gridcell' && !focusable) continue;
      const { node } = (await session.send('DOM.describeNode', { backendNodeId: backendDOMNodeId })) as {
        node: { localName: string; attributes?: string[] };
      };
      found.push(`<${node.localName} ${(node.attributes ?? []).join(' ').slice(0, 160)}> (${role.value}) has no name`);
    }
    return found;
  } finally {
    await session.detach();
  }
}

/** Runs in the page. */
function auditPage(): string[] {
  const problems: string[] = [];
  const told = (element: Element): string => {
    const id =
      element.getAttribute('data-testid') ?? element.closest('[data-testid]')?.getAttribute('data-testid') ?? '';
    return `<${element.localName} ${id}> "${(element.textContent ?? '').trim().slice(0, 40)}"`;
  };
  const visible = (element: Element): boolean =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getClientRects().length > 0 &&
    element.closest('[aria-hidden=true]') === null;

  // Colours, whatever their notation, as the screen has them.
  const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true,
  })!;
  const parsed = new Map<string, number[]>();
  const rgba = (colour: string): number[] => {
    const known = parsed.get(colour);
    if (known) return known;
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = '#000';
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    const made = [r, g, b, a / 255];
    parsed.set(colour, made);
    return made;
  };
  const over = (top: number[], below: number[]): number[] => [
    ...[0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])),
    1,
  ];
  const backgroundOf = (element: Element): number[] | null => {
    const layers: number[][] = [];
    for (let at: Element | null = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      // What is painted there is not for arithmetic.
      if (style.backgroundImage !== 'none') return null;
      const colour = rgba(style.backgroundColor);
      layers.push(colour);
      if (colour[3] > 0.999) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const luminance = ([r, g, b]: number[]): number => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (a: number[], b: number[]): number => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };

  const moving = document
    .getAnimations()
    .filter(({ effect, playState }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity)
    .flatMap(({ effect }) => (effect instanceof KeyframeEffect && effect.target ? [effect.target] : []));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set<Element>();
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement!;
    if (seen.has(element) || (node.textContent ?? '').trim() === '' || !visible(element)) continue;
    seen.add(element);
    // What is still on its way to its colour, as a tip is that comes or goes.
    if (moving.some((one) => one.contains(element))) continue;
    if (element.closest('[disabled], [aria-disabled=true], [data-disabled], .unseen, .monaco-editor')) continue;
    const style = getComputedStyle(element);
    const background = backgroundOf(element);
    if (!background) continue;
    let opacity = 1;
    for (let at: Element | null = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const colour = rgba(style.color);
    const ratio = contrast(over([...colour.slice(0, 3), colour[3] * opacity], background), background);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5) - 0.005) problems.push(`${told(element)} has contrast ${ratio.toFixed(2)}`);
  }

  const ids = new Set<string>();
  for (const { id } of document.querySelectorAll('[id]')) {
    if (ids.has(id)) problems.push(`the id "${id}" is there twice`);
    ids.add(id);
  }
  for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-activedescendant']) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute)!.split(/\s+/).filter(Boolean)) {
        if (!ids.has(id)) problems.push(`${told(element)}: ${attribute} refers to "${id}", which is not there`);
      }
    }
  }

  const pressable =
    'button, a[href], input, select, textarea, [role=button], [role=option], [role=menuitem], [role=tab]';
  for (const element of document.querySelectorAll(pressable)) {
    const outer = element.parentElement?.closest('button, a[href], [role=button], [role=tab], [role=menuitem]');
    if (outer && visible(element)) problems.push(`${told(element)} lies in ${told(outer)}`);
  }
  for (const list of document.querySelectorAll('ul:not([role]), ol:not([role])')) {
    for (const child of list.children) {
      if (!['li', 'script', 'template'].includes(child.localName))
        problems.push(`${told(list)} holds <${child.localName}>`);
    }
  }

  for (const element of document.querySelectorAll<HTMLElement>('body *')) {
    const { overflowX, overflowY } = getComputedStyle(element);
    const scrolls =
      (/auto|scroll/.test(overflowY) && element.scrollHeight > element.clientHeight + 1) ||
      (/auto|scroll/.test(overflowX) && element.scrollWidth > element.clientWidth + 1);
    if (!scrolls || !visible(element)) continue;
    const within = element.querySelector('button, a[href], input, select, textarea, [tabindex="0"]');
    if (element.tabIndex < 0 && !within) problems.push(`${told(element)} scrolls, and no key reaches it`);
  }

  const { documentElement: root } = document;
  if (!root.lang) problems.push('the page says no language');
  if (root.scrollWidth > root.clientWidth + 1) problems.push('the page is wider than the window');
  for (const element of document.querySelectorAll('button')) {
    if (!visible(element)) continue;
    const box = element.getBoundingClientRect();
    let scroller: Element | null = element.parentElement;
    while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflow)) scroller = scroller.parentElement;
    if (!scroller && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1))
      problems.push(`${told(element)} lies outside of the window`);
  }
  return [...new Set(problems)];
}
