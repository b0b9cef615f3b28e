import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { architectures } from '../architectures/index.ts';
import { spawnWithNode } from '../jobs/spawn-node.ts';
import type { Keychain } from '../jobs/remote/keys.ts';
import type { SpawnUtility } from '../jobs/utility.ts';
import { findPlaces, type Places } from '../paths.ts';
import type { ArchitectureInfo } from '../shared/run.ts';

/** What the command line needs of the process it runs in. */
export interface Host {
  places: Places;
  appVersion: string;
  /** "Node 24.1.0", "Electron 45.4.1". */
  runtime: string;
  spawnUtility: SpawnUtility;
  /** Where keys are kept; plain Node has no such thing. */
  keychain?: Keychain;
  architectures: readonly ArchitectureInfo[];
  env: NodeJS.ProcessEnv;
  /** Relative paths are relative to this. */
  cwd: string;
  stdout: Stream;
  stderr: Stream;
  /** Ctrl-C, or being asked to end; returns the function that stops listening. */
  onInterrupt(listener: () => void): () => void;
}

export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export function nodeHost(): Host {
  const places = findPlaces();
  return {
    places,
    appVersion: appVersion(places),
    runtime: `Node ${process.versions.node}`,
    spawnUtility: spawnWithNode(places.utility),
    ...processHost(),
  };
}

/** Nobody presses Ctrl+C twice as fast. */
const sameSignalMs = 100;

/** The part that is the same under Node and inside Electron. */
export function processHost(): Pick<Host, 'architectures' | 'env' | 'cwd' | 'stdout' | 'stderr' | 'onInterrupt'> {
  // `atelier runs list | head` closes the pipe early: that is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    architectures,
    env: process.env,
    cwd: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt(listener) {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      let last = -Infinity;
      // One that a whole group of processes is sent comes twice: once more from the script that started this.
      const heard = (): void => {
        const now = performance.now();
        if (now - last > sameSignalMs) listener();
        last = now;
      };
      for (const signal of signals) process.on(signal, heard);
      return () => signals.forEach((signal) => process.off(signal, heard));
    },
  };
}

export function appVersion(places: Places): string {
  return (JSON.parse(readFileSync(join(places.app, 'package.json'), 'utf8')) as { version: string }).version;
}
