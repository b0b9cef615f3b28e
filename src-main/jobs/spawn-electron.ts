import { drainAnswer, drainQuestion } from '../shared/drain.ts';
import type { SpawnUtility, UtilityExit, UtilityPath } from './utility.ts';
import { utilityEnv } from './utility-env.ts';

/** The part of Electron that is needed here; given from outside, so that this folder also runs under plain Node. */
export interface ElectronUtilityProcess {
  fork(
    path: string,
    args: string[],
    options: { stdio: 'pipe'; serviceName: string; env: NodeJS.ProcessEnv; execArgv: string[] },
  ): ElectronUtility;
}

interface ElectronUtility {
  pid: number | undefined;
  stdout: NodeJS.ReadableStream | null;
  stderr: NodeJS.ReadableStream | null;
  postMessage(message: unknown): void;
  kill(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

/** Utilities as Electron's own utility processes: for the app, and the command line inside the package. */
export function spawnWithElectron(utilityProcess: ElectronUtilityProcess, path: UtilityPath): SpawnUtility {
  return (kind) => {
    const child = utilityProcess.fork(path(kind), [], {
      stdio: 'pipe',
      serviceName: `Atelier ${kind}`,
      env: utilityEnv(kind),
      execArgv: [],
    });
    const exitListeners: ((exit: UtilityExit) => void)[] = [];
    let killed = false;
    let ended: UtilityExit | null = null;
    // Messages come in order: when this one does, all before it have.
    child.on('message', (message) => {
      if (message === drainQuestion) child.postMessage(drainAnswer);
    });
    child.on('exit', (code) => {
      // Output still in the pipes arrives after the exit is told.
      setTimeout(() => {
        ended = exitOf(code, killed);
        for (const listener of exitListeners) listener(ended);
      }, 50);
    });
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => child.postMessage(message),
      onMessage: (listener) =>
        void child.on('message', (message) => {
          if (message !== drainQuestion) listener(message);
        }),
      onOutput(listener) {
        for (const stream of [child.stdout, child.stderr]) {
          stream?.setEncoding('utf8');
          stream?.on('data', listener);
        }
      },
      onExit(listener) {
        if (ended) listener(ended);
        else exitListeners.push(listener);
      },
      kill() {
        killed = true;
        // Electron's own kill is SIGTERM, which waits for a thread that may be inside native code.
        try {
          if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
          else child.kill();
        } catch {
          // It has just ended by itself.
        }
      },
    };
  };
}

/** Electron tells a POSIX death by signal as the wait status' number: 9 for SIGKILL, 11 (139 with a core) for SIGSEGV. */
function exitOf(code: number, killed: boolean): UtilityExit {
  const signals: Record<number, string> = {
    4: 'SIGILL',
    6: 'SIGABRT',
    7: 'SIGBUS',
    8: 'SIGFPE',
    9: 'SIGKILL',
    11: 'SIGSEGV',
    15: 'SIGTERM',
  };
  const signal = process.platform === 'win32' ? undefined : signals[code & 0x7f];
  return { code, signal: signal ?? (killed ? 'SIGKILL' : null) };
}
