import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The window's page, served from app://bundle/. */
export default defineConfig({
  root: path.join(import.meta.dirname, 'src-renderer'),
  base: './',
  plugins: [svelte({ configFile: false })],
  worker: { format: 'es' },
  build: {
    outDir: path.join(import.meta.dirname, '.vite/renderer/main_window'),
    emptyOutDir: true,
    // The older of the two runtimes has Chrome 130.
    target: 'chrome130',
    // The content policy lets fonts and scripts come from files only, not from data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 6000,
    reportCompressedSize: false,
    // Svelte's compiler takes most of the time; that is no news.
    rollupOptions: { checks: { pluginTimings: false } },
  },
});
