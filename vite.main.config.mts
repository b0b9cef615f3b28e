import { readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;
// Kept out of the bundle: they carry native files. `electron` is the runtime itself.
const external = ['electron', /^electron\//, 'better-sqlite3', 'onnxruntime-node', 'sharp', '@duckdb/node-api'];
const builtins = [...builtinModules, ...builtinModules.map((name) => `node:${name}`)];

const utilities = readdirSync(path.join(root, 'src-main/utility')).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
);

/** Everything that runs in Node: the window's main process, the command line, and one utility per file in src-main/utility. */
export default defineConfig({
  root,
  publicDir: false,
  resolve: { conditions: ['node', 'import', 'module', 'default'], mainFields: ['module', 'main'] },
  build: {
    outDir: '.vite/build',
    emptyOutDir: false,
    // The older of the two runtimes has Node 20.18.
    target: 'node20',
    ssr: true,
    minify: false,
    copyPublicDir: false,
    reportCompressedSize: false,
    rollupOptions: {
      external: [...external, ...builtins],
      input: {
        main: path.join(root, 'src-main/main.ts'),
        cli: path.join(root, 'src-main/cli.ts'),
        ...Object.fromEntries(
          utilities.map((name) => [`utility/${name.slice(0, -3)}`, path.join(root, 'src-main/utility', name)]),
        ),
      },
      // Chunks lie beside main.cjs and cli.cjs: `import.meta.dirname` of a module they share is .vite/build wherever it ends up.
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
    },
  },
  ssr: { noExternal: true, target: 'node' },
});
