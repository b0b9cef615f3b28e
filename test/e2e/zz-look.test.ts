import { join } from 'node:path';
import { it } from 'vitest';
import { mkdtempSync } from 'node:fs';
import { launchStudio } from '../support/studio-app.ts';
import { tinyFolder } from '../support/tiny-llama.ts';
it('look', async () => {
  const folder = mkdtempSync('/tmp/atelier-look-');
  const studio = await launchStudio({ folder });
  const id = (n: string) => studio.page.getByTestId(n);
  await id('rail-playground').click();
  await id('prompt-first').click();
  await studio.drop([tinyFolder(join(folder, 'tiny'))]);
  await studio.page.waitForTimeout(4000);
  await studio.shot('look');
  console.log(await studio.page.evaluate(() => {
    const out: string[] = [];
    let e = document.querySelector('[data-testid=prompt-editor]') as HTMLElement | null;
    while (e) { const r = e.getBoundingClientRect(); out.push(`${e.className} ${r.width}x${r.height} ${getComputedStyle(e).position} ${getComputedStyle(e).display}`); e = e.parentElement; }
    return out.join('\n');
  }));
  await studio.close();
}, 90000);
