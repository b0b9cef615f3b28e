import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { electronKeychain, type SafeStorage } from '../jobs/remote/keys.ts';
import { spawnWithElectron, type ElectronUtilityProcess } from '../jobs/spawn-electron.ts';
import { findPlaces } from '../paths.ts';
import { appVersion, processHost } from './host.ts';
import { runCli } from './run.ts';

/** What is needed of Electron's `app`. */
interface ElectronApp {
  whenReady(): Promise<void>;
  exit(code: number): void;
  setPath(name: 'sessionData', path: string): void;
}

/**
 * The words for the command line where this Electron was started as such (`… --atelier-cli -- train --data iris`, as the
 * package's `atelier` does); null where the window is wanted.
 */
export function cliArguments(argv: readonly string[] = process.argv): string[] | null {
  const at = argv.indexOf('--atelier-cli');
  if (at < 0) return null;
  const rest = argv.slice(at + 1);
  return rest[0] === '--' ? rest.slice(1) : rest;
}

/** The command line inside the package, where there is no plain Node: same commands, utilities by Electron. Ends the app. */
export async function runCliInElectron(
  electron: { app: ElectronApp; utilityProcess: ElectronUtilityProcess; safeStorage: SafeStorage; runtime: string },
  args: readonly string[],
): Promise<void> {
  const { app, utilityProcess, safeStorage, runtime } = electron;
  // Chromium's own files: a window of the same person, and other command lines, may have theirs open.
  const session = mkdtempSync(join(tmpdir(), 'atelier-session-'));
  process.on('exit', () => rmSync(session, { recursive: true, force: true }));
  app.setPath('sessionData', session);
  await app.whenReady();
  const places = findPlaces();
  const code = await runCli(args, {
    places,
    appVersion: appVersion(places),
    runtime,
    spawnUtility: spawnWithElectron(utilityProcess, places.utility),
    keychain: electronKeychain(safeStorage),
    ...processHost(),
  });
  // app.exit does not wait for a pipe: what was written last would be lost.
  for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done));
  app.exit(code);
}
