import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The renderer with the fake bridge, as a page for a browser: npx vite -c test/renderer/harness/vite.config.mts */
const root = path.join(import.meta.dirname, '../../..');
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [svelte({ configFile: false })],
  server: { fs: { allow: [root] } },
  build: {
    outDir: path.join(root, 'test-output/harness'),
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    minify: false,
    chunkSizeWarningLimit: 6000,
    reportCompressedSize: false,
  },
});
