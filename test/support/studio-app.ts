import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import type { StudioBridge } from '../../src-main/shared/contract.ts';

const root = resolve(import.meta.dirname, '../..');
export const screenshots = join(root, 'test-output/screenshots');

export interface StudioApp {
  app: ElectronApplication;
  page: Page;
  workspace: string;
  userData: string;
  /** Lines the main process wrote. */
  output: string[];
  /** Drops real files or folders on the window, as a file manager would. */
  drop(paths: string[]): Promise<void>;
  /** Saves `test-output/screenshots/<name>.png`. */
  shot(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  /** Kept between launches when given; otherwise fresh and removed at close. */
  folder?: string;
  locale?: string;
  /** A packaged binary to run instead of the checkout's build; `npm test` names one for its stage `packaged`. */
  executablePath?: string;
  args?: string[];
}

/** Starts the real app in real Electron on a workspace and user data of its own. */
export async function launchStudio(options: LaunchOptions = {}): Promise<StudioApp> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
  const userData = join(folder, 'user-data');
  const workspace = join(folder, 'workspace');
  const args = [`--user-data-dir=${userData}`, `--lang=${options.locale ?? 'en'}`, ...(options.args ?? [])];
  // Chromium refuses its sandbox for root (a bare container); ordinary users always have it.
  if (process.getuid?.() === 0) args.unshift('--no-sandbox');
  const executablePath = options.executablePath ?? process.env.ATELIER_TEST_BINARY;
  const app = await launched({
    ...(executablePath ? { executablePath } : {}),
    args: executablePath ? args : [...args, root],
    env: { ...(process.env as Record<string, string>), ATELIER_WORKSPACE: workspace, LANGUAGE: options.locale ?? 'en' },
  });
  const output: string[] = [];
  app.process().stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  app.process().stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const page = await app.firstWindow();
  return {
    app,
    page,
    workspace,
    userData,
    output,
    drop: (paths) => dropFiles(page, paths),
    shot: async (name) => {
      await mkdir(screenshots, { recursive: true });
      await page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
    },
    close: async () => {
      await closed(app, page, output);
      if (!options.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A studio that works asks whether to leave, and nobody answers here: told with what works, rather than by a hook that hangs. */
async function closed(app: ElectronApplication, page: Page, output: string[]): Promise<void> {
  const working = await page.evaluate(workingJobs).catch(() => 'unknown: the page is gone');
  let late: NodeJS.Timeout;
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => {
      app.process().kill('SIGKILL');
      reject(
        new Error(`The app did not close within a minute. Jobs at work: ${working}\n${output.join('').slice(-2000)}`),
      );
    }, 60_000);
  });
  await Promise.race([app.close(), tooLate]).finally(() => clearTimeout(late));
}

async function workingJobs(): Promise<string> {
  const { studio } = globalThis as unknown as { studio: StudioBridge };
  const jobs = await studio.invoke('jobs.list', undefined);
  if (!jobs.ok) return jobs.error.message;
  return JSON.stringify(jobs.value.filter(({ status }) => status === 'running'));
}

/**
 * Rarely (once in some hundred launches) Electron itself dies by a signal while Playwright's debugger attaches, before
 * the app is ready; https://github.com/electron/electron/issues/48963 is one of several such reports. Or both of its
 * debuggers are attached, the app waits for Playwright to let it go on, and Playwright for the app. These two, and
 * nothing else, are tried once more, and told.
 */
async function launched(options: Parameters<typeof _electron.launch>[0]): Promise<ElectronApplication> {
  try {
    return await _electron.launch({ ...options, timeout: 90_000 });
  } catch (error) {
    const attaching =
      /Debugger attached\.[^]*signal=SIG(SEGV|TRAP)|^electron\.launch: Timeout[^]*(?:<ws connected>[^]*){2}/;
    if (!(error instanceof Error) || !attaching.test(error.message)) throw error;
    process.stderr.write(
      `Electron did not come up while the debugger attached; starting it again.\n${error.message}\n`,
    );
    return _electron.launch(options);
  }
}

/** Playwright cannot drop real files; the debugger's own drag events can, with paths that webUtils resolves. */
async function dropFiles(page: Page, paths: string[]): Promise<void> {
  // Before there is anything to see, nobody listens.
  await page.getByTestId('rail-data').waitFor();
  const client = await page.context().newCDPSession(page);
  const { width, height } = await page.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));
  const at = { x: Math.round(width / 2), y: Math.round(height / 2) };
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await client.send('Input.dispatchDragEvent', { type, ...at, data });
  }
  await client.detach();
}
