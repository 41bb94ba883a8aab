import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Files that need nothing from elsewhere, with addresses that hold below any path. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  publicDir: false,
  build: {
    outDir: fileURLToPath(new URL('../dist/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    assetsInlineLimit: 0, // the policy of the page allows no data: addresses
    reportCompressedSize: false,
  },
});
