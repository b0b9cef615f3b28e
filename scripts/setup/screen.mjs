// A virtual screen of our own for the windows under test, ended by its handle.
import { spawn } from 'node:child_process';
import { SetupError } from './errors.mjs';

/** On Linux starts Xvfb on a free display and resolves to { env, stop }; elsewhere, windows open on the real screen: null. */
export async function startScreen({ limitMs = 15_000 } = {}) {
  if (process.platform !== 'linux') return null;
  // Xvfb picks a free display number itself and writes it to descriptor 3 once it accepts connections.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  server.stderr.on('data', (chunk) => (complaint += chunk));
  const display = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new SetupError(`Xvfb did not start: ${why}`, { detail: complaint.trim() }));
    const timer = setTimeout(() => (server.kill('SIGKILL'), fail(`no display after ${limitMs / 1000} s`)), limitMs);
    let text = '';
    server.stdio[3].on('data', (chunk) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      clearTimeout(timer);
      resolve(text.trim());
    });
    server.on('error', (error) => (clearTimeout(timer), fail(error.message)));
    server.on('exit', (code) => (clearTimeout(timer), fail(`exit ${code}`)));
  });
  const stop = () => server.kill('SIGTERM');
  process.once('exit', stop);
  server.unref();
  server.stderr.unref?.();
  server.stdio[3].unref?.();
  const env = { DISPLAY: `:${display}`, XDG_SESSION_TYPE: 'x11' };
  return { env, stop };
}
