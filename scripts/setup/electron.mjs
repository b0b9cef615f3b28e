// Step 3: an Electron to run on. First Electron's own download, as everyone gets it; where its host cannot be reached, the fallback.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError, unreachableIn } from './errors.mjs';
import { FALLBACK_VERSION, fallbackExistsFor, fallbackFolder, fallbackIsReady } from './fallback-runtime.mjs';
import { readJson, writeJson } from './files.mjs';
import { nodeModules, target, toolchain } from './paths.mjs';
import { run, tail } from './run.mjs';

const folder = path.join(nodeModules, 'electron');
const failureFile = path.join(toolchain, 'electron-download.json');
export const RETRY_AFTER_MS = 24 * 3600 * 1000;
/** The downloader gives up by itself when nothing arrives for 5 minutes; this bounds a slow trickle. */
const DOWNLOAD_LIMIT_MS = 30 * 60 * 1000;

export const wantedVersion = () => readJson(path.join(folder, 'package.json'))?.version ?? null;

const text = (file) => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
};

/**
 * The Electron at hand: { kind, version, dist, binary } or null. `kind` is `given` (ELECTRON_OVERRIDE_DIST_PATH was set
 * by the person), `own` (Electron's download) or `fallback`.
 */
export function electronAtHand(env = process.env) {
  const given = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (given && given !== fallbackFolder) {
    return {
      kind: 'given',
      version: text(path.join(given, 'version')) ?? 'unknown',
      dist: given,
      binary: path.join(given, executable()),
    };
  }
  const dist = path.join(folder, 'dist');
  const name = text(path.join(folder, 'path.txt')); // written last by Electron's installer
  const version = text(path.join(dist, 'version'))?.replace(/^v/, '');
  if (name && version === wantedVersion() && existsSync(path.join(dist, name))) {
    return { kind: 'own', version, dist, binary: path.join(dist, name) };
  }
  if (fallbackExistsFor() && fallbackIsReady()) {
    return {
      kind: 'fallback',
      version: FALLBACK_VERSION,
      dist: fallbackFolder,
      binary: path.join(fallbackFolder, 'electron'),
    };
  }
  return null;
}

function executable(platform = process.platform) {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/** What a program that resolves `electron` by itself (Playwright, Forge) must have in its environment. */
export function electronEnv(runtime) {
  return runtime && runtime.kind !== 'own' ? { ELECTRON_OVERRIDE_DIST_PATH: runtime.dist } : {};
}

export const describe = ({ kind, version }) =>
  ({
    own: `Electron ${version}`,
    fallback: `Electron ${version} fallback runtime`,
    given: `Electron ${version} (ELECTRON_OVERRIDE_DIST_PATH)`,
  })[kind];

/** Whether the download should be tried: never tried for this version, tried long ago, or asked for. Pure, for its test. */
export function shouldDownload({ atHand, failure, version, now = Date.now(), asked = false }) {
  if (atHand?.kind === 'own' || atHand?.kind === 'given') return false;
  if (asked || !failure || failure.version !== version) return true;
  const age = now - failure.failedAt;
  return age < 0 || age > RETRY_AFTER_MS;
}

export const lastFailure = () => readJson(failureFile);

/** Tries Electron's own download. Resolves to null, or to the failure: { version, failedAt, places, reason }. */
export async function download({
  installer = path.join(folder, 'install.js'),
  limitMs = DOWNLOAD_LIMIT_MS,
  record = failureFile,
} = {}) {
  const env = { ...process.env, ELECTRON_GET_NO_PROGRESS: '1', DEBUG: '@electron/get:index' };
  delete env.ELECTRON_OVERRIDE_DIST_PATH;
  const result = await run(process.execPath, [installer], { env, timeoutMs: limitMs, cwd: path.dirname(installer) });
  if (result.code === 0) {
    writeJson(record, {});
    return null;
  }
  // The debug line is the only place where the downloader says which address it tried.
  const tried = /Downloading (https?:\/\/\S+)/.exec(result.output)?.[1];
  const places = tried ? [tried] : unreachableIn(result.output);
  const failure = {
    version: wantedVersion(),
    failedAt: Date.now(),
    places,
    reason: result.timedOut ? `no end after ${Math.round(limitMs / 60_000)} minutes` : reasonIn(result.output),
  };
  writeJson(record, failure);
  return failure;
}

const reasonIn = (output) =>
  tail(output, 40)
    .split('\n')
    .filter((line) => /error|failed|code/i.test(line) && !line.includes('@electron/get'))
    .map((line) => line.trim())[0] ?? 'unknown reason';

export function downloadError(failure) {
  return new SetupError(
    `Electron ${failure.version} could not be downloaded from ${failure.places.join(', ') || 'its host'} (${failure.reason}).`,
    {
      hint: `There is no fallback for ${target}. Check the network, or name a mirror with ELECTRON_MIRROR, then run this again.`,
    },
  );
}
