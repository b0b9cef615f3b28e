// node test/renderer/harness/shots.mjs [NAME…]: builds the page with the fake bridge, serves it under the app's content policy, and
// photographs its screens into test-output/screens. Needs Chromium (CHROMIUM, or /usr/bin/chromium).
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { screens } from './screens.mjs';

const here = import.meta.dirname;
const root = path.join(here, '../../..');
const site = path.join(root, 'test-output/harness');
const out = path.join(root, 'test-output/screens');
const only = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const flags = new Set(process.argv.slice(2).filter((name) => name.startsWith('--')));

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; worker-src 'self'; connect-src 'self'";
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', woff2: 'font/woff2', svg: 'image/svg+xml' };

if (!flags.has('--no-build')) await build({ configFile: path.join(here, 'vite.config.mts'), logLevel: 'warn' });
mkdirSync(out, { recursive: true });

const server = createServer((request, response) => {
  const name = new URL(request.url, 'http://x').pathname;
  const file = path.join(site, name === '/' ? 'index.html' : decodeURIComponent(name));
  if (!file.startsWith(site) || !existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': types[path.extname(file).slice(1)] ?? 'application/octet-stream',
    'content-security-policy': policy,
  });
  createReadStream(file).pipe(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb'],
});
let problems = 0;
const variants = [
  ['dark', 'en', 1280, 800],
  ['light', 'en', 1280, 800],
  ['light', 'zh-CN', 1280, 800],
  ['dark', 'zh-CN', 1920, 1080],
  ['dark', 'en', 900, 600],
].filter(([theme, locale, width]) => !flags.has('--quick') || (theme === 'dark' && locale === 'en' && width === 1280));

for (const [theme, locale, width, height] of variants) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    problems++;
    console.log(`${message.type()}: ${message.text().slice(0, 300)}`);
  });
  page.on('pageerror', (error) => {
    problems++;
    console.log(`page: ${error.stack?.slice(0, 600)}`);
  });
  for (const [name, screen] of Object.entries(screens)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const scenario = screen.scenario ?? 'still';
    await page.goto(`http://127.0.0.1:${port}/?scenario=${scenario}&theme=${theme}&locale=${locale}`);
    await page.waitForSelector('[data-testid="rail-data"]');
    try {
      await screen.go(page);
    } catch (error) {
      problems++;
      console.log(`${name}: ${error.message.slice(0, 400)}`);
    }
    await page.waitForTimeout(screen.wait ?? 350);
    await page.screenshot({ path: path.join(out, `${name}.${theme}.${locale}.${width}.png`) });
  }
  await context.close();
}
await browser.close();
server.close();
console.log(problems === 0 ? 'no problems' : `${problems} problems`);
