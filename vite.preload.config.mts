import path from 'node:path';
import { defineConfig } from 'vite';

/** A sandboxed preload must be one file and may require nothing but `electron`. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: '.vite/build',
    emptyOutDir: false,
    target: 'chrome130',
    minify: false,
    copyPublicDir: false,
    reportCompressedSize: false,
    rollupOptions: {
      external: ['electron', 'electron/renderer'],
      input: path.join(import.meta.dirname, 'src-main/preload.ts'),
      output: { format: 'cjs', entryFileNames: 'preload.cjs', codeSplitting: false },
    },
  },
});
