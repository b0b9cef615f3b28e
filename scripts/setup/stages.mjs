// The stages of `npm test`, each told in one line. A static check counts as one test; a stage that ran no test has failed.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, buildIsCurrent } from './build.mjs';
import { packaged } from './packaged.mjs';
import { nodeModules, root } from './paths.mjs';
import { run, tail } from './run.mjs';

const bin = (name) => path.join(nodeModules, name);

/** Static checks: the commands that must all succeed. */
const STATIC = {
  format: [[bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  lint: [[bin('eslint/bin/eslint.js'), '--max-warnings', '0', '.']],
  types: [
    [bin('typescript/bin/tsc'), '-p', '.'],
    [bin('typescript/bin/tsc'), '-p', 'test'],
    [
      bin('svelte-check/bin/svelte-check'),
      '--tsconfig',
      'src-renderer/tsconfig.json',
      '--fail-on-warnings',
      '--output',
      'human',
    ],
  ],
  layers: [
    [
      bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.mjs',
      'src-main',
      'src-renderer',
    ],
  ],
};
/** Of the static checks, from the one whose commands take shortest to longest. */
const LONGEST = ['layers', 'types', 'format', 'lint'];
const VITEST = ['unit', 'data', 'numerics', 'webgpu', 'integration', 'e2e'];
/** `packaged` runs those e2e tests that a package could fail once more, against a packaged test build. */
export const stageNames = ['build', ...Object.keys(STATIC), ...VITEST, 'packaged'];
/** Takes an Electron's graphics driver where there is one, and is left out where there is none. */
export const WANTS_ELECTRON = ['webgpu'];
/** Stages that make or drive the built product, and those that open windows. */
export const NEEDS_BUILD = ['build', 'integration', 'e2e', 'packaged'];
export const NEEDS_WINDOW = ['e2e', 'packaged'];
/** Tests that only make sense on a package. */
const PACKAGE_ONLY = 'test/e2e/packaged.test.ts';
/** What depends on how files are packed: native modules, decoders, utilities, the protocol, fuses, what is dropped. */
const ON_PACKAGES = ['packaged', 'main-job', 'import', 'security', 'sounds', 'pictures-memory'].map(
  (name) => `test/e2e/${name}.test.ts`,
);

const LIMIT_MS = {
  unit: 10 * 60_000,
  data: 10 * 60_000,
  numerics: 10 * 60_000,
  webgpu: 10 * 60_000,
  integration: 15 * 60_000,
  e2e: 15 * 60_000,
  packaged: 15 * 60_000,
};

const outcome = (failures, passed = failures.length === 0 ? 1 : 0) => ({
  passed,
  failed: failures.length,
  skipped: 0,
  failures,
});

/** The bundles from the sources as they are; nothing to do when set-up made them already. */
async function buildStage() {
  try {
    if (!buildIsCurrent()) await build();
    return outcome([]);
  } catch (error) {
    return outcome([[error.message, error.detail].filter(Boolean).join('\n')]);
  }
}

/** One command of a static check: what it says against the sources, or null. */
async function staticCommand(command, env) {
  const { code, output } = await run(process.execPath, command, { cwd: root, env, timeoutMs: 10 * 60_000 });
  return code === 0 ? null : `${path.basename(command[0])} (exit ${code})\n${output.trim()}`;
}

async function vitestStage(name, { env, rest, reports, part = name }) {
  const report = path.join(reports, `${part}.json`);
  const project = name === 'packaged' ? 'e2e' : name;
  const command = [
    bin('vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...rest,
  ];
  if (name === 'e2e') command.push('--exclude', PACKAGE_ONLY);
  const { code, output, timedOut } = await run(process.execPath, command, {
    cwd: root,
    env,
    timeoutMs: LIMIT_MS[name],
  });
  let json = null;
  try {
    json = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    // No report: vitest itself did not get to its end.
  }
  return summarize(json, { code, output, timedOut });
}

/** Two processes side by side: nearly all of the time goes into compiling shaders, once a process and on one thread. */
async function webgpuStage({ env, rest, vulkan, ...options }) {
  if (!vulkan)
    return { ...outcome([], 0), leftOut: 'no Electron here with a Vulkan driver that computes on the processor' };
  // Of what a filter names, one of two might have nothing.
  const shards = rest.length > 0 ? [null] : ['1/2', '2/2'];
  const outcomes = await Promise.all(
    shards.map((shard) =>
      vitestStage('webgpu', {
        ...options,
        env: { ...env, ...vulkan },
        rest: shard ? [`--shard=${shard}`] : rest,
        part: `webgpu${shard ? `-${shard[0]}` : ''}`,
      }),
    ),
  );
  const sum = (key) => outcomes.reduce((total, each) => total + each[key], 0);
  const failures = outcomes.flatMap((each) => each.failures);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), failures };
}

async function packagedStage(options) {
  const make = [path.join(root, 'scripts/make.mjs'), '--test-build', '--package-only'];
  const { code, output } = await run(process.execPath, make, {
    cwd: root,
    env: process.env,
    timeoutMs: LIMIT_MS.packaged,
  });
  if (code !== 0) return outcome([`The test build was not packaged (exit ${code}).\n${output.trim()}`]);
  const rest = options.rest.length > 0 ? options.rest : ON_PACKAGES;
  return vitestStage('packaged', {
    ...options,
    rest,
    env: { ...options.env, ATELIER_TEST_BINARY: packaged(true).binary },
  });
}

/** Of vitest's own output, the part about failures. */
const failedPart = (output) => {
  const at = output.search(/^.*Failed (Suites|Tests)/m);
  return tail(at < 0 ? output : output.slice(at), 80);
};

/** Counts from vitest's JSON report. What it cannot show as a failed test (a file that does not load, a crash) still counts as a failure. */
export function summarize(json, { code, output, timedOut }) {
  if (!json)
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [`vitest ${timedOut ? 'ran out of time' : `ended with exit ${code}`}\n${output.trim()}`],
    };
  const failures = [];
  for (const file of json.testResults) {
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed)
      failures.push(`${file.name}\n  ${test.fullName}\n${(test.failureMessages ?? []).join('\n')}`);
    // A hook that failed leaves no message in the report, only in what was printed.
    if (file.status === 'failed' && failed.length === 0) {
      failures.push(`${file.name}\n${file.message || 'did not load, or a hook failed (see below)'}`);
    }
  }
  if (failures.some((failure) => failure.endsWith('(see below)')))
    failures[failures.length - 1] += `\n${failedPart(output)}`;
  const passed = json.numPassedTests;
  if (failures.length === 0 && passed === 0) failures.push(`No test ran.\n${output.trim()}`);
  if (failures.length === 0 && code !== 0)
    failures.push(`vitest ended with exit ${code}${timedOut ? ', out of time' : ''}\n${output.trim()}`);
  return { passed, failed: failures.length, skipped: json.numPendingTests + (json.numTodoTests ?? 0), failures };
}

async function runStage(name, options) {
  if (name === 'build') return buildStage();
  if (name === 'webgpu') return webgpuStage(options);
  if (NEEDS_BUILD.includes(name) && !buildIsCurrent())
    return outcome(['Not run: the bundles are not built from these sources.']);
  return name === 'packaged' ? packagedStage(options) : vitestStage(name, options);
}

/**
 * Static checks take one core each: as many commands at a time as there are cores, from the longest on, so that no core waits for another's
 * last. The stages' outcomes by their names, told in the usual order.
 */
function staticStages(names, env) {
  const waiting = names
    .flatMap((name) => STATIC[name].map((command) => ({ command, ...Promise.withResolvers(), name })))
    .sort((a, b) => LONGEST.indexOf(b.name) - LONGEST.indexOf(a.name));
  const all = [...waiting];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) next.resolve(await staticCommand(next.command, env));
  };
  for (let i = 0; i < availableParallelism(); i++) void lane();
  return new Map(
    names.map((name) => [
      name,
      Promise.all(all.filter((each) => each.name === name).map(({ promise }) => promise)).then((said) =>
        outcome(
          said.filter((failure) => failure !== null),
          said.filter((failure) => failure === null).length,
        ),
      ),
    ]),
  );
}

/**
 * Runs the stages in order, all of them even when one fails, and adds up.
 * @param options.vulkan environment of a software Vulkan driver, or null: then the stage `webgpu` is left out, and told so
 */
export async function checkStages(names, options) {
  const sum = { passed: 0, failed: 0, leftOut: 0 };
  const wanted = stageNames.filter((stage) => names.includes(stage));
  let checks = null;
  for (const name of wanted) {
    const started = Date.now();
    // Begun at the first that is come to: the stages before have the machine for themselves.
    if (STATIC[name])
      checks ??= staticStages(
        wanted.filter((stage) => STATIC[stage]),
        options.env,
      );
    const result = await (STATIC[name] ? checks.get(name) : runStage(name, options));
    if (result.leftOut) {
      console.log(`– ${name}: left out: ${result.leftOut}`);
      sum.leftOut++;
      continue;
    }
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const parts = [`${result.passed} passed`, `${result.failed} failed`];
    if (result.skipped > 0) parts.push(`${result.skipped} skipped`);
    console.log(`${result.failed === 0 ? '✓' : '✗'} ${name}: ${parts.join(', ')} (${seconds} s)`);
    for (const failure of result.failures)
      console.log(
        `\n${failure
          .replace(/^/gm, '    ')
          .replaceAll(`${pathToFileURL(root).href}/`, '')
          .replaceAll(`${root}${path.sep}`, '')}\n`,
      );
    sum.passed += result.passed;
    sum.failed += result.failed;
  }
  return sum;
}
