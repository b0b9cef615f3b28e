// Step 5: better-sqlite3. Its prebuilt addon needs Node-API 10 (Node 22.14, Electron 35); on an older one it does not
// refuse, it crashes. There we build it once from its own source at the experimental Node-API level, which loads anywhere, and keep the result.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { aptInstallOrSay } from './apt.mjs';
import { SetupError, unreachableIn } from './errors.mjs';
import { readJson, sweepBeside, writeJson } from './files.mjs';
import { nodeModules, target, toolchain, which } from './paths.mjs';
import { run, tail } from './run.mjs';

const home = path.join(nodeModules, 'better-sqlite3');
const installed = path.join(home, 'build/Release/better_sqlite3.node');
const FIRST_ELECTRON_WITH_NAPI_10 = 35;
const FLAGS = '-UNAPI_VERSION -DNAPI_VERSION=2147483647 -DNAPI_EXPERIMENTAL -DNODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT';

const version = () => readJson(path.join(home, 'package.json'))?.version ?? 'none';
const cached = () => path.join(toolchain, 'native', `better-sqlite3-${version()}-${target}.node`);
const probeFile = path.join(toolchain, 'native', 'probe.json');
const major = (text) => Number(String(text).split('.')[0]);

/** Whether this Electron can only load an addon built from source. */
export const needsOwnBuild = (runtime) => Boolean(runtime) && major(runtime.version) < FIRST_ELECTRON_WITH_NAPI_10;

async function loadsInNode() {
  const script = `const D = require('better-sqlite3'); new D(':memory:').prepare('select 1').get();`;
  const { code } = await run(process.execPath, ['-e', script], { cwd: path.dirname(nodeModules), timeoutMs: 30_000 });
  return code === 0;
}

const probeKey = () => `${version()} ${target} ${process.version}`;

/** Remembers, per Node and version, whether the prebuilt addon loads here, so that a second start asks nobody. */
async function prebuiltLoads() {
  const known = readJson(probeFile);
  if (known?.key === probeKey()) return known.loads;
  const loads = await loadsInNode();
  writeJson(probeFile, { key: probeKey(), loads });
  return loads;
}

const same = (a, b) => existsSync(a) && existsSync(b) && statSync(a).size === statSync(b).size;

/** `ready`, `restore` (built before, node_modules is new), `build`, or `probe` (not known yet whether one is needed). */
export function nativeState(runtime) {
  if (same(installed, cached())) return 'ready';
  const needed = needsOwnBuild(runtime);
  if (!needed) {
    const known = readJson(probeFile);
    if (known?.key !== probeKey()) return 'probe';
    if (known.loads) return 'ready';
  }
  return existsSync(cached()) ? 'restore' : 'build';
}

export function restoreNative() {
  mkdirSync(path.dirname(installed), { recursive: true });
  const beside = `${installed}.${process.pid}.partial`;
  copyFileSync(cached(), beside);
  renameSync(beside, installed);
}

/**
 * Node's headers on this machine, as node-gyp's --nodedir; null lets node-gyp download them.
 * @param {string} [execPath] @param {(file: string) => boolean} [exists]
 */
export function headersAt(execPath = process.execPath, exists = existsSync) {
  const places = [path.resolve(path.dirname(execPath), '..'), '/usr', '/usr/local'];
  return (
    places.find(
      (place) =>
        exists(path.join(place, 'include/node/node_api.h')) && exists(path.join(place, 'include/node/common.gypi')),
    ) ?? null
  );
}

export async function buildNative() {
  if (process.platform === 'linux') {
    const tools = { make: 'make', 'g++': 'g++', python3: 'python3' };
    const missing = Object.keys(tools).filter((tool) => !which(tool));
    if (missing.length > 0)
      await aptInstallOrSay(
        missing.map((tool) => tools[tool]),
        'Building better-sqlite3',
      );
  }
  // Built in a copy: a cut build must not leave a half-made `build` folder where the addon is looked for.
  const final = cached();
  sweepBeside(final);
  const work = `${final}.${process.pid}.partial`;
  cpSync(home, work, { recursive: true, filter: (from) => !/[\\/](build|prebuilds)$/.test(from) });
  // One file, SQLite itself, takes nearly all the time: 100 s at -O3, 36 s at -O1. This build serves development and tests only.
  const flags = path.join(work, 'deps/common.gypi');
  writeFileSync(flags, readFileSync(flags, 'utf8').replace("'-O3'", "'-O1'"));
  const args = ['rebuild', '--release', '--force_build=1'];
  const headers = headersAt();
  if (headers) args.push(`--nodedir=${headers}`);
  const result = await run(process.execPath, [path.join(nodeModules, 'node-gyp/bin/node-gyp.js'), ...args], {
    cwd: work,
    env: { ...process.env, CXXFLAGS: FLAGS, JOBS: 'max' },
  });
  const built = path.join(work, 'build/Release/better_sqlite3.node');
  if (result.code !== 0 || !existsSync(built)) {
    const places = unreachableIn(result.output);
    throw new SetupError(
      `better-sqlite3 could not be built${places.length ? `; could not reach ${places.join(', ')}` : ''}.`,
      {
        hint: 'A C++ compiler, make, Python 3 and Node headers are needed.',
        detail: tail(result.output),
      },
    );
  }
  const beside = `${final}.${process.pid}.new.partial`;
  copyFileSync(built, beside);
  renameSync(beside, final);
  rmSync(work, { recursive: true, force: true });
  restoreNative();
  if (!(await loadsInNode())) throw new SetupError('better-sqlite3 was built but does not load in Node.');
}

/** Brings better-sqlite3 into the state that `runtime` (or plain Node, without one) needs. Says what it did. */
export async function prepareNative(runtime, step) {
  let state = nativeState(runtime);
  if (state === 'probe') {
    await prebuiltLoads();
    state = nativeState(runtime);
  }
  if (state === 'restore') restoreNative();
  if (state !== 'build') return;
  await step(`better-sqlite3 ${version()}: building from source`, async () => {
    await buildNative();
    return `better-sqlite3 ${version()}, built from source`;
  });
}
