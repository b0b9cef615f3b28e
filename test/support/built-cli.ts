import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { repository } from './temp-workspace.ts';

export const samples = join(repository, 'resources/samples');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** stdout, each line parsed: with --json that is all there may be. */
  lines: Record<string, unknown>[];
}

export interface Running {
  child: ChildProcess;
  /** What it has said so far. */
  said: { stdout: string; stderr: string };
  ended: Promise<Ended>;
}

/** The built command line, as a process of its own. */
export function startAtelier(workspace: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [join(repository, '.vite/build/cli.cjs'), ...args], {
    env: { ...process.env, ATELIER_WORKSPACE: workspace, NODE_OPTIONS: '' },
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      const lines = args.includes('--json') && signal === null ? parse(said.stdout) : [];
      resolve({ code, signal, ...said, lines });
    });
  });
  return { child, said, ended };
}

export function atelier(workspace: string, ...args: string[]): Promise<Ended> {
  return startAtelier(workspace, args).ended;
}

/** Fails the test with what was said when the command did not exit with 0. */
export async function done(workspace: string, ...args: string[]): Promise<Ended> {
  const ended = await atelier(workspace, ...args);
  if (ended.code !== 0) throw new Error(`atelier ${args.join(' ')} exited with ${ended.code}:\n${ended.stderr}`);
  return ended;
}

function parse(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
