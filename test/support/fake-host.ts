import { join } from 'node:path';
import { runCli } from '../../src-main/cli/run.ts';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import type { UtilityPath } from '../../src-main/jobs/utility.ts';
import { findPlaces } from '../../src-main/paths.ts';
import { fakeArchitectures } from './fake-studio.ts';
import { repository } from './temp-workspace.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  /** stdout, each line parsed. */
  lines: Record<string, unknown>[];
}

/** Runs the command line in this process, its utilities being utilities/fake.mjs. `interruptWhen`: presses Ctrl-C once what it said matches. */
export async function atelier(
  folder: string,
  args: string[],
  interruptWhen?: RegExp,
  utility: string | UtilityPath = join(repository, 'test/support/utilities/fake.mjs'),
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  let interrupt: (() => void) | null = null;
  let pressed = false;
  const maybeInterrupt = (said: string) => {
    if (pressed || !interruptWhen?.test(said)) return;
    pressed = true;
    setTimeout(() => interrupt?.(), 100);
  };
  const code = await runCli(args, {
    places: findPlaces(),
    appVersion: '0.0.0-test',
    runtime: 'test',
    architectures: fakeArchitectures,
    spawnUtility: spawnWithNode(typeof utility === 'string' ? () => utility : utility),
    // Not this person's own preferences.
    env: {
      ATELIER_WORKSPACE: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_DATA_HOME: join(folder, 'data'),
      ...env,
    },
    cwd: folder,
    stdout: {
      write(text) {
        stdout += text;
        maybeInterrupt(stdout);
      },
    },
    stderr: {
      write(text) {
        stderr += text;
        maybeInterrupt(stderr);
      },
    },
    onInterrupt(listener) {
      interrupt = listener;
      return () => (interrupt = null);
    },
  });
  const lines = args.includes('--json')
    ? stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
  return { code, stdout, stderr, lines };
}
