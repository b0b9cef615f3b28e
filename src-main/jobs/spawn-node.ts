import { fork } from 'node:child_process';
import type { SpawnUtility, UtilityExit, UtilityPath } from './utility.ts';
import { utilityEnv } from './utility-env.ts';

/** Utilities as children of plain Node: for the command line and the tests. */
export function spawnWithNode(path: UtilityPath): SpawnUtility {
  return (kind) => {
    const child = fork(path(kind), [], {
      // Keeps NaN and typed arrays, which JSON would lose.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Not this process's --inspect or loaders.
      execArgv: [],
      env: utilityEnv(kind),
      // Ctrl-C goes to the whole group of the terminal: the owner alone decides what it means for a job.
      detached: process.platform !== 'win32',
    });
    const exitListeners: ((exit: UtilityExit) => void)[] = [];
    let ended: UtilityExit | null = null;
    const end = (exit: UtilityExit) => {
      if (ended) return;
      ended = exit;
      for (const listener of exitListeners) listener(exit);
    };
    // 'close' rather than 'exit': the last output and messages have arrived by then. But a grandchild may hold the pipes open.
    child.on('close', (code, signal) => end({ code, signal }));
    child.on('exit', (code, signal) => setTimeout(() => end({ code, signal }), 500).unref());
    child.on('error', (error) => {
      if (child.pid === undefined) end({ code: null, signal: null, error });
    });
    return {
      get pid() {
        return child.pid;
      },
      post(message) {
        // The callback takes the error of a channel that closed meanwhile; the exit follows.
        if (child.connected) child.send(message as object, () => {});
      },
      onMessage: (listener) => void child.on('message', listener),
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
      kill: () => void child.kill('SIGKILL'),
    };
  };
}
