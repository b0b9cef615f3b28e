// Which npm to call, and how to read its failures. Scripts may run under a fetched Node that has no npm beside it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { SetupError, unreachableIn } from './errors.mjs';
import { run, tail } from './run.mjs';
import { which } from './paths.mjs';

/** The Node that was found at first: an npm that only runs under its own Node (Debian's) is called with it. */
export const FIRST_PATH = 'ATELIER_FIRST_PATH';

function npmScripts(env) {
  const found = [env.npm_execpath];
  const beside = path.dirname(process.execPath);
  found.push(
    path.join(beside, 'node_modules/npm/bin/npm-cli.js'),
    path.join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
  );
  const first = path.dirname(which('npm', { ...env, PATH: env[FIRST_PATH] ?? env.PATH }) ?? '');
  found.push(
    path.join(first, 'node_modules/npm/bin/npm-cli.js'),
    path.join(first, '../lib/node_modules/npm/bin/npm-cli.js'),
  );
  return found.filter((file) => file && /npm-cli\.[cm]?js$/.test(file) && existsSync(file));
}

let chosen = null;
async function npmCommand() {
  if (chosen) return chosen;
  const env = process.env;
  for (const script of npmScripts(env)) {
    const probe = await run(process.execPath, [script, '--version'], { timeoutMs: 20_000 });
    if (probe.code === 0) return (chosen = { command: process.execPath, first: [script], env, shell: false });
  }
  const firstEnv = { ...env, PATH: env[FIRST_PATH] ?? env.PATH };
  const probe = await run('npm', ['--version'], {
    env: firstEnv,
    timeoutMs: 20_000,
    shell: process.platform === 'win32',
  });
  if (probe.code === 0)
    return (chosen = { command: 'npm', first: [], env: firstEnv, shell: process.platform === 'win32' });
  throw new SetupError('npm was not found.', { hint: 'Install npm (it comes with Node), then run this again.' });
}

/** Runs npm; on failure throws an error that names what could not be reached, if that was the reason. */
export async function npm(args, { what, cwd, env = {}, timeoutMs }) {
  const { command, first, env: base, shell } = await npmCommand();
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--progress=false'];
  const result = await run(command, [...first, ...args, ...quiet], { cwd, env: { ...base, ...env }, shell, timeoutMs });
  if (result.code === 0) return result.output;
  const places = unreachableIn(result.output);
  throw new SetupError(
    places.length > 0
      ? `${what}: could not reach ${places.slice(0, 3).join(', ')}.`
      : `${what} failed (npm ${args[0]}, exit ${result.code}${result.timedOut ? ', out of time' : ''}).`,
    {
      hint:
        places.length > 0
          ? 'Check the network (or the proxy and registry settings of npm), then run this again; what was done is kept.'
          : '',
      detail: tail(result.output),
    },
  );
}
