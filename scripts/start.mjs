// npm start: sets everything up and opens the studio; without a display, trains the sample on the command line instead.
//   npm start -- --retry-electron     tries Electron's own download again now, after a failed one
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, electronEnv } from './setup/electron.mjs';
import { SetupError } from './setup/errors.mjs';
import { enter } from './setup/index.mjs';
import { hasDisplay, isRoot, root, viteOut } from './setup/paths.mjs';
import { handOver } from './setup/run.mjs';
import { missingLibraries, sandboxAdvice } from './setup/system.mjs';

await enter(async ({ progress, setUp }) => {
  const arguments_ = process.argv.slice(2).filter((argument) => argument !== '--retry-electron');
  if (!hasDisplay()) return headless(progress, setUp);
  const { runtime } = await setUp();
  console.log(`Opening Atelier on ${describe(runtime)}.`);
  const flags = [];
  if (process.platform === 'linux') {
    // Chromium refuses its sandbox to root, and only to root.
    if (isRoot()) flags.push('--no-sandbox');
    else refuseWithoutSandbox(runtime);
  }
  return handOver(runtime.binary, [...flags, root, ...arguments_], {
    cwd: root,
    env: { ...process.env, ...electronEnv(runtime) },
  });
});

async function headless(progress, setUp) {
  // The command line runs on Node alone. As root everything is set up all the same; an ordinary user without a display
  // is not asked for libraries or compilers that only a window needs.
  const { runtime } = await setUp({ electron: isRoot() ? 'required' : 'optional', libraries: isRoot() });
  if (runtime && !isRoot() && (await missingLibraries(runtime.binary)).length > 0) {
    progress.note('System libraries for a window are missing; they are fetched when there is a display.');
  }
  console.log('There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.');
  console.log('Training the sample on the command line instead.\n');
  return handOver(process.execPath, [path.join(viteOut, 'build/cli.cjs'), 'first-run'], { cwd: root });
}

function refuseWithoutSandbox(runtime) {
  const advice = sandboxAdvice(runtime.dist, (file) => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      return null;
    }
  });
  if (advice)
    throw new SetupError('This system closes the way Chromium makes its sandbox (unprivileged user namespaces).', {
      hint: `Run: ${advice}`,
    });
}
