// Child processes: output kept for the error message, a time limit, and nothing left behind when we are stopped.
import { spawn } from 'node:child_process';
import { noteChild } from './processes.mjs';

const alive = new Set();
const KEEP = 256 * 1024;

/** Ends every child (with its own children, on POSIX) when set-up itself is told to stop. */
function stopAll(signal = 'SIGTERM') {
  for (const child of alive) kill(child, signal);
}

function kill(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

let hooked = false;
function hookSignals() {
  if (hooked) return;
  hooked = true;
  process.once('exit', () => stopAll('SIGKILL'));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.on(signal, () => {
      stopAll();
      process.exit(code);
    });
  }
}

/**
 * Runs a command and resolves to { code, signal, timedOut, output } (stdout and stderr together, the last 256 KB).
 * Never rejects for a failing command; a command that cannot be started has code 127.
 */
export function run(command, args, { cwd, env = process.env, timeoutMs = 0, onLine, shell = false } = {}) {
  hookSignals();
  return new Promise((resolve) => {
    let output = '';
    let timedOut = false;
    const child = spawn(command, args, {
      cwd,
      env,
      shell,
      // Its own process group, so that a stop reaches the compilers and downloads below it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    alive.add(child);
    noteChild(child.pid);
    const timer = timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          kill(child, 'SIGKILL');
        }, timeoutMs)
      : null;
    const take = (chunk) => {
      output = (output + chunk).slice(-KEEP);
      if (onLine) for (const line of String(chunk).split('\n')) if (line.trim()) onLine(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    let ended = false;
    const finish = (code, signal) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      alive.delete(child);
      resolve({ code, signal, timedOut, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(127, null);
    });
    child.on('close', (code, signal) => finish(code ?? 1, signal));
  });
}

/**
 * Hands the terminal to a command: its input, output and signals. Resolves to its exit code.
 */
export function handOver(command, args, { cwd, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    const pass = (signal) => child.kill(signal);
    // A terminal's Ctrl-C reaches the child by itself; what a script sends reaches only us, and is passed on like other signals.
    const interrupt = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY) ? () => {} : pass;
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', pass);
    process.on('SIGHUP', pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', pass);
      process.off('SIGHUP', pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
    });
  });
}

/** The last lines of an output, for an error message. */
export const tail = (output, lines = 20) => output.trimEnd().split('\n').slice(-lines).join('\n');
