import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Files of every kind, good and hostile, through the importers; recipes, splits, leaks, profiles. */
const data = ['test/datasets/**/*.test.ts'];
/**
 * What the compiler makes, run and held against finite differences, PyTorch and the definitions; and whatever else opens sessions of ONNX Runtime within its own process, whose floats below 1e-38 are 0 from then on:
 * `unit` counts on them.
 */
const numerics = [
  'test/{autodiff,architectures,export,runtime}/**/*.test.ts',
  'test/utility/**/*.test.ts',
  'test/jobs/documents/encoder.test.ts',
];

// One runner for everything, a project after the other, each with as many workers as it keeps busy: `unit`, `data` and `numerics` need no build, `integration` and `e2e` drive the built product. `webgpu` runs what is
// compiled for WebGPU on its provider; `npm test -- --only webgpu` gives it a driver.
export default defineConfig({
  test: {
    // Left to itself vitest keeps a core free, of two one.
    maxWorkers: availableParallelism(),
    projects: [
      {
        // The window's state classes are written in runes.
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/e2e/**', 'test/bench/**', 'test/webgpu/**', ...data, ...numerics],
          testTimeout: 30_000,
          // The queue's and the downloads' mostly wait.
          maxWorkers: availableParallelism() + 1,
          // Reading the code anew for each file takes as long as the tests do: they leave nothing behind but what is spied upon.
          isolate: false,
          restoreMocks: true,
        },
      },
      {
        test: {
          name: 'data',
          sequence: { groupOrder: 1 },
          environment: 'node',
          include: data,
          testTimeout: 30_000,
          // Nothing is left behind in a process but what is spied upon.
          isolate: false,
          restoreMocks: true,
        },
      },
      {
        test: {
          name: 'numerics',
          sequence: { groupOrder: 2 },
          environment: 'node',
          include: numerics,
          testTimeout: 30_000,
          // Pure functions, which leave nothing behind in a process: the compiler is read once a process, not once a file.
          isolate: false,
        },
      },
      {
        test: {
          name: 'webgpu',
          sequence: { groupOrder: 3 },
          environment: 'node',
          env: { ATELIER_TEST_WEBGPU: '1' },
          include: [
            'test/webgpu/**/*.test.ts',
            'test/autodiff/gradients/**/*.test.ts',
            'test/autodiff/{exports,losses,optimizers,pytorch,random-graphs,random-loops,updates}.test.ts',
            'test/architectures/trajectories.test.ts',
            'test/runtime/players.test.ts',
          ],
          testTimeout: 60_000,
          // One process in all: what a kernel was once compiled for must not leak into what comes after, as it does in training.
          isolate: false,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'integration',
          sequence: { groupOrder: 4 },
          environment: 'node',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Processes that often wait for each other: three files at a time keep two cores busy.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 5 },
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          // A busy machine takes its time.
          expect: { poll: { timeout: 15_000 } },
          testTimeout: 240_000,
          hookTimeout: 120_000,
          // Windows often wait for what they are told to wait for: three at a time, each with folders of its own.
          maxWorkers: 3,
        },
      },
    ],
  },
});
