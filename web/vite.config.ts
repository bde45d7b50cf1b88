import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { compressed } from './compressed';
import { preloaded } from './preloaded';

// Where CMake takes the page from (MILLRACE_WEB).
const kFolder = fileURLToPath(new URL('../build/web', import.meta.url));

// The page has the daemon's version, which stands in one place only.
const version = /project\(millrace VERSION ([\d.]+)/.exec(readFileSync(new URL('../CMakeLists.txt', import.meta.url), 'utf8'))?.[1];

export default defineConfig({
  define: { 'import.meta.env.VITE_VERSION': JSON.stringify(version ?? '') },
  base: './', // any base path: Home Assistant's ingress gives a new one to each installation
  build: {
    outDir: kFolder,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // data: addresses are not in the content security policy
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [preloaded(['src/shell/app.ts', 'src/views/now/now_view.ts']), compressed(kFolder)],
  // `npx vite` shows the page while it is written, with the answers of the daemon that MILLRACE names.
  // The browser's own Host goes on, for the daemon takes changes from its own pages only.
  server: { proxy: { '/api': { target: process.env['MILLRACE'] ?? 'http://127.0.0.1:8099', changeOrigin: false } } },
  // Longer than vitest's own five seconds: all rules in all languages on a busy machine take a few.
  test: { include: ['test/**/*.test.ts'], setupFiles: ['test/speak_english.ts'], testTimeout: 30_000 },
});
