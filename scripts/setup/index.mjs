// The order of set-up. Every step looks first at what is there and does nothing when that is right; what it makes appears whole
// or not at all; so a set-up that was cut anywhere is carried on by the next one. Whoever has work to do holds the lock.
import path from 'node:path';
import { aptProvide, hasApt } from './apt.mjs';
import { build, buildIsCurrent } from './build.mjs';
import { dependenciesDiffer, installDependencies } from './dependencies.mjs';
import {
  describe,
  download,
  downloadError,
  electronAtHand,
  lastFailure,
  shouldDownload,
  wantedVersion,
} from './electron.mjs';
import { SetupError } from './errors.mjs';
import { FALLBACK_VERSION, fallbackExistsFor, makeFallbackRuntime } from './fallback-runtime.mjs';
import { withLock } from './lock.mjs';
import { nativeState, prepareNative } from './native.mjs';
import { NODE_WANTED, continueUnder, fetchNode, fetchedNode, isNewEnough } from './node.mjs';
import { messagesAreCurrent, compileMessages } from './messages.mjs';
import { glibIsShared, separateGlib } from './own-glib.mjs';
import { isRoot, toolchain } from './paths.mjs';
import { Progress } from './progress.mjs';
import { ELECTRON_PACKAGES, TEST_PACKAGES, hasHanFont, hasXvfb, missingLibraries } from './system.mjs';
import { useUnpacked } from './unpacked.mjs';

const lockFile = path.join(toolchain, 'set-up.lock');
/** Set to try Electron's download now, although it failed less than a day ago. */
const asked = () => Boolean(process.env.ATELIER_RETRY_ELECTRON) || process.argv.includes('--retry-electron');

/**
 * Runs a script's body under a Node that is new enough, with set-up at hand; failures are told in plain words.
 * @param body receives { progress, setUp }; its result is the exit code.
 */
export async function enter(body, { out = process.stdout } = {}) {
  // Tools colour what they print by what the end of the line is, and we keep their output to show it later.
  if (!out.isTTY) process.env.NO_COLOR = '1';
  useUnpacked();
  const progress = new Progress(out);
  try {
    if (!isNewEnough(process.version)) await continueUnder(await newerNode(progress));
    process.exitCode = (await body({ progress, setUp: (needs) => setUp(progress, needs) })) ?? 0;
  } catch (error) {
    process.stderr.write(`\n${tell(error)}\n`);
    process.exitCode = 1;
  }
}

function tell(error) {
  if (!(error instanceof SetupError)) return error?.stack ?? String(error);
  return [error.detail, `error: ${error.message}`, error.hint].filter(Boolean).join('\n');
}

async function newerNode(progress) {
  if (!fetchedNode()) {
    await locked(progress, async () => {
      if (fetchedNode()) return;
      await progress.step(
        `Node: fetching a newer one (found ${process.version}, needed ${NODE_WANTED.join('.')})`,
        async () => {
          await fetchNode();
          return 'Node 24, kept in .toolchain';
        },
      );
    });
  }
  return fetchedNode();
}

const locked = (progress, work) =>
  withLock(lockFile, work, { onWait: () => progress.note('Another set-up is at work here; waiting for it.') });

/**
 * @param needs.electron `required`, `optional` (a failure is a note) or `no`
 * @param needs.libraries look for the system libraries that Electron needs
 * @param needs.tests a virtual screen, too
 * @param needs.bundles `required`, `try` (a failure is left for the caller to find again) or `no`
 * @returns { runtime } the Electron to use, or null
 */
async function setUp(
  progress,
  { electron = 'required', libraries = electron === 'required', tests = false, bundles = 'required' } = {},
) {
  const needs = { electron, libraries, tests, bundles };
  if (!(await isReady(needs))) await locked(progress, () => prepare(progress, needs));
  return { runtime: electron === 'no' ? null : electronAtHand() };
}

const wantsDownload = (atHand) =>
  shouldDownload({ atHand, failure: lastFailure(), version: wantedVersion(), asked: asked() });

async function isReady({ electron, libraries, tests, bundles }) {
  if (dependenciesDiffer() || glibIsShared()) return false;
  const runtime = electron === 'no' ? null : electronAtHand();
  if (electron !== 'no' && (!runtime || wantsDownload(runtime))) return false;
  if (nativeState(runtime) !== 'ready') return false;
  if (!(bundles === 'no' ? messagesAreCurrent() : buildIsCurrent())) return false;
  return (await missingPackages(runtime, { libraries, tests })).length === 0;
}

async function missingPackages(runtime, { libraries, tests }) {
  if (process.platform !== 'linux') return [];
  const packages = [];
  if (libraries && runtime && (await missingLibraries(runtime.binary)).length > 0) packages.push(...ELECTRON_PACKAGES);
  if (tests && (!hasXvfb() || (hasApt() && isRoot() && !hasHanFont()))) packages.push(...TEST_PACKAGES);
  return packages;
}

async function prepare(progress, { electron, libraries, tests, bundles }) {
  const step = (title, work) => progress.step(title, work);
  const differs = dependenciesDiffer();
  if (differs) await step(`Dependencies: npm ci (${differs})`, installDependencies);

  if (glibIsShared()) {
    await step('A GLib of its own for what decodes pictures', () => separateGlib());
  }

  // From here on the steps wait for different things (network, compiler, apt), so they go side by side.
  const optional = (work) =>
    electron === 'optional' ? work.catch((error) => progress.note(`Left out for now: ${error.message}`)) : work;
  const found = electron === 'no' ? null : await optional(findElectron(progress));
  const fallback = found?.fallback ? optional(found.fallback()) : Promise.resolve();
  await all([
    fallback,
    fallback.then(() => (libraries || tests ? optional(installLibraries(step, { libraries, tests })) : null)),
    found ? optional(prepareNative(found.runtime, step)) : prepareNative(null, step),
    bundle(step, bundles),
  ]);
}

async function bundle(step, wanted) {
  if (wanted === 'no') {
    if (!messagesAreCurrent()) await step('Message catalogue', compileMessages);
  } else if (!buildIsCurrent()) {
    const work = step('Building', async () => (await build(), 'Built the studio'));
    await (wanted === 'try' ? work.catch(() => {}) : work);
  }
}

/** Waits for all, so that what succeeds is kept, then throws the first failure. */
async function all(works) {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Decides on the runtime: { runtime, fallback? } where `fallback` makes it, when the download failed and there is one. */
async function findElectron(progress) {
  const atHand = electronAtHand();
  if (!wantsDownload(atHand) && atHand) return { runtime: atHand };
  let failure = lastFailure();
  if (wantsDownload(atHand)) {
    const title = `Electron ${wantedVersion()}`;
    await progress.step(`${title}: downloading`, async () => {
      failure = await download();
      if (!failure) return title;
      return {
        instead: `${title}: could not be fetched from ${failure.places.join(', ') || 'its host'} (${failure.reason})`,
      };
    });
    if (!failure) return { runtime: electronAtHand() };
  }
  if (!fallbackExistsFor()) throw downloadError(failure);
  if (atHand) return { runtime: atHand };
  return {
    runtime: { kind: 'fallback', version: FALLBACK_VERSION },
    fallback: () =>
      progress.step(`Electron ${FALLBACK_VERSION} fallback runtime`, async () => {
        await makeFallbackRuntime();
        return describe(electronAtHand());
      }),
  };
}

async function installLibraries(step, needs) {
  const packages = await missingPackages(electronAtHand(), needs);
  if (packages.length === 0) return;
  await step('System libraries', async () => {
    const done = await aptProvide(packages, needs.tests ? 'Electron and its tests' : 'Electron');
    return `System libraries ${done}`;
  });
}
