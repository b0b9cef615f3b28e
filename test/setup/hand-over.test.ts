import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { processHost } from '../../src-main/cli/host.ts';

const run = pathToFileURL(path.join(import.meta.dirname, '../../scripts/setup/run.mjs')).href;
const waits = `for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => { console.log('heard ' + s); process.exit(7); }); setInterval(() => {}, 1000); console.log('ready')`;
const wrapper = `import { handOver } from ${JSON.stringify(run)}; process.exitCode = await handOver(process.execPath, ['-e', ${JSON.stringify(waits)}]);`;

describe.skipIf(process.platform === 'win32')('a command that is handed over to', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('hears a %s that a script sends, and says how it ended', async (signal) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', wrapper], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text) => (said += String(text)));
    await vi.waitFor(() => expect(said).toContain('ready'), 20_000);
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number];
    expect([code, said]).toEqual([7, `ready\nheard ${signal}\n`]);
  });
});

it('a signal that a whole group is sent, and is passed on as well, counts once', () => {
  const heard = vi.fn();
  const stop = processHost().onInterrupt(heard);
  try {
    process.emit('SIGHUP');
    process.emit('SIGHUP');
    expect(heard).toHaveBeenCalledTimes(1);
    const later = performance.now() + 300;
    vi.spyOn(performance, 'now').mockReturnValue(later);
    process.emit('SIGHUP');
    expect(heard).toHaveBeenCalledTimes(2);
  } finally {
    stop();
  }
});
