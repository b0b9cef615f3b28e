// npm test: sets everything up, runs every check, and ends with one plain line: `N passed, N failed`.
//   npm test -- --only unit,types        some stages (build format lint types layers unit data numerics webgpu integration e2e packaged)
//   npm test -- --only data -- csv       further words go to vitest (a file name filter, -t …)
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, electronEnv } from './setup/electron.mjs';
import { SetupError } from './setup/errors.mjs';
import { enter } from './setup/index.mjs';
import { root } from './setup/paths.mjs';
import { softwareVulkan } from './setup/software-vulkan.mjs';
import { NEEDS_BUILD, NEEDS_WINDOW, WANTS_ELECTRON, checkStages, stageNames } from './setup/stages.mjs';
import { startScreen } from './setup/screen.mjs';
import { sweepScratch } from './setup/scratch.mjs';
import { withoutSandbox } from './setup/system.mjs';

function options(words) {
  let only = stageNames;
  const rest = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--only') only = (words[++i] ?? '').split(',');
    else if (words[i].startsWith('--only=')) only = words[i].slice(7).split(',');
    else if (words[i] !== '--' && words[i] !== '--retry-electron') rest.push(words[i]);
  }
  const unknown = only.filter((name) => !stageNames.includes(name));
  if (unknown.length > 0)
    throw new SetupError(`No such stage: ${unknown.join(', ')}.`, { hint: `Stages: ${stageNames.join(' ')}.` });
  return { only, rest };
}

await enter(async ({ progress, setUp }) => {
  const { only, rest } = options(process.argv.slice(2));
  const window = only.some((name) => NEEDS_WINDOW.includes(name));
  // A bundle that does not build is a failed check, not a failed set-up: the stage `build` tells of it and the others still run.
  const bundles = only.some((name) => NEEDS_BUILD.includes(name)) ? 'try' : 'no';
  const wanted = only.some((name) => WANTS_ELECTRON.includes(name));
  const { runtime } = await setUp(
    window
      ? { electron: 'required', tests: true, bundles }
      : { electron: wanted ? 'optional' : 'no', libraries: false, bundles },
  );
  if (runtime) console.log(`Testing on ${describe(runtime)}.`);
  sweepScratch();
  const out = path.join(root, 'test-output');
  rmSync(path.join(out, 'reports'), { recursive: true, force: true });
  mkdirSync(path.join(out, 'reports'), { recursive: true });
  const screen = window ? await startScreen() : null;
  const open = window ? await withoutSandbox() : {};
  if (Object.keys(open).length > 0)
    progress.note("Chromium's sandbox cannot be made here (no user namespaces): windows under test open without it.");
  try {
    const env = {
      ...process.env,
      ...electronEnv(runtime),
      ...screen?.env,
      ...open,
      ATELIER_TEST_OUTPUT: out,
      CI: process.env.CI ?? '1',
    };
    const vulkan = softwareVulkan(runtime?.dist);
    const reports = path.join(out, 'reports');
    const { passed, failed, leftOut } = await checkStages(only, { env, rest, reports, vulkan });
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed > 0 || passed + leftOut === 0 ? 1 : 0;
  } finally {
    screen?.stop();
  }
});
