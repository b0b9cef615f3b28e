// Debian and Ubuntu packages: installed when we are root; libraries are unpacked beside us otherwise; else the exact command to type.
import { SetupError, unreachableIn } from './errors.mjs';
import { isRoot, which } from './paths.mjs';
import { run, tail } from './run.mjs';
import { unpackPackages } from './unpacked.mjs';

export const hasApt = () => Boolean(which('apt-get'));

const APT = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2'];
const env = () => ({ ...process.env, DEBIAN_FRONTEND: 'noninteractive' });

export const aptCommand = (packages) => `sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`;

/** From `apt-cache policy`: the names that can be installed. */
export function installable(output) {
  const found = new Set();
  let name = '';
  for (const line of output.split('\n')) {
    name = /^(\S+):$/.exec(line)?.[1] ?? name;
    if (/^\s+Candidate: (?!\(none\))\S/.test(line)) found.add(name);
  }
  return found;
}

/** Newer releases renamed some libraries (libasound2 → libasound2t64): the names that this release can install. */
async function namesHere(names, options = []) {
  const { output } = await run('apt-cache', [...options, 'policy', ...names, ...names.map((name) => `${name}t64`)]);
  const here = installable(output);
  return names.map((name) => (!here.has(name) && here.has(`${name}t64`) ? `${name}t64` : name));
}

let last = Promise.resolve();

/** apt-get holds a lock that it does not wait for while it reads its lists: one call of ours at a time. */
export function aptInstall(packages, what) {
  const mine = last.then(() => install(packages, what));
  last = mine.catch(() => {});
  return mine;
}

async function install(packages, what) {
  const update = await run('apt-get', ['update', '-qq'], { env: env() });
  const names = await namesHere(packages);
  const result = await run('apt-get', ['install', ...APT, ...names], { env: env() });
  if (result.code === 0) return names;
  const output = `${update.output}\n${result.output}`;
  const places = unreachableIn(output);
  throw new SetupError(
    `${what}: apt-get could not install ${names.join(' ')}${places.length ? `; could not reach ${places.slice(0, 2).join(', ')}` : ''}.`,
    {
      hint: `When that is mended, run this again, or by hand: ${aptCommand(names)}`,
      detail: tail(output, 8),
    },
  );
}

/** Installs when root on Debian; otherwise stops with the command to type. */
export async function aptInstallOrSay(packages, what) {
  if (hasApt() && isRoot()) return aptInstall(packages, what);
  const names = hasApt() ? await namesHere(packages) : packages;
  throw new SetupError(`${what}: some system packages are missing.`, {
    hint: hasApt() ? `Run: ${aptCommand(names)}` : `Install what your system calls: ${packages.join(' ')}`,
  });
}

/** Libraries and programs that need no installing: as root in the system, else unpacked for us alone. Resolves to what was done, in words. */
export async function aptProvide(packages, what) {
  if (!hasApt() || isRoot()) return `installed: ${(await aptInstallOrSay(packages, what)).join(' ')}`;
  try {
    return `unpacked in .toolchain: ${(await unpackPackages(packages, namesHere)).join(' ')}`;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`${what}: some system packages are missing. ${error.message}`, {
      hint: `Run: ${aptCommand(await namesHere(packages))}`,
      detail: error.detail,
    });
  }
}
