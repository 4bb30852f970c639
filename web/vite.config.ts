import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

import { precompress } from './build/precompress.ts';
import { trimClickUi } from './build/trimClickUi.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ command }) => ({
  plugins: [react(), trimClickUi(), precompress()],
  resolve: {
    alias: {
      '@': here('./src'),
      // click-ui does not export its icons and token sheets one by one.
      'click-ui-icons': here('./node_modules/@clickhouse/click-ui/dist/esm/components/Icon/IconCommon.js'),
      'click-ui-styles': here('./node_modules/@clickhouse/click-ui/dist/esm/theme/styles'),
    },
  },
  define: {
    // The gallery of components is for `npm run dev` only.
    __GALLERY__: JSON.stringify(command === 'serve' && !process.env['VITEST']),
  },
  build: {
    target: 'es2022',
    outDir: 'dist',
    // A data: URL of a font would be against font-src 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/v1': gatehouse(),
      '/auth': gatehouse(),
      '/ca.pem': gatehouse(),
    },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/test/setup.ts'],
    server: { deps: { inline: ['@clickhouse/click-ui'] } },
    css: false,
    pool: 'threads',
  },
}));

/** Where `npm run dev` finds the API: a Gatehouse that runs on this machine. */
function gatehouse() {
  const key = process.env['GATEHOUSE_DEV_KEY']; // KEY_ID:KEY_SECRET, when there is no session
  return {
    target: process.env['GATEHOUSE_DEV_URL'] ?? 'http://127.0.0.1:8080',
    headers: key ? { Authorization: `Basic ${Buffer.from(key).toString('base64')}` } : {},
  };
}
