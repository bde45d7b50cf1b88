import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { compressed } from './compressed';

// Where CMake takes the page from (MILLRACE_WEB).
const kFolder = fileURLToPath(new URL('../build/web', import.meta.url));

export default defineConfig({
  base: './', // any base path: Home Assistant's ingress gives a new one to each installation
  build: {
    outDir: kFolder,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // data: addresses are not in the content security policy
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [compressed(kFolder)],
  // `npx vite` shows the page while it is written, with the answers of the daemon that MILLRACE names. It is told the
  // page's own host, for it takes changes from its own page only.
  server: { proxy: { '/api': { target: process.env['MILLRACE'] ?? 'http://127.0.0.1:8099', changeOrigin: false } } },
  test: { include: ['test/**/*.test.ts'] },
});
