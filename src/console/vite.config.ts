import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { stylesByComponent, wordsByLanguage } from './vite-plugins.ts';

/** Where a running daemon serves the API, for `npm run console:dev`. */
const daemon = process.env.CARILLON_CONSOLE_DAEMON ?? 'http://127.0.0.1:8080';

/** What every desk is made of, with all that it needs, comes in one piece: each file costs a kilobyte of headers. */
const COMMON =
  /\/element-plus\/es\/components\/(?:alert|button|dropdown|input|message|radio|select|tag)\/|\/src\/console\/[a-z-]+\.ts/;

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue(), wordsByLanguage(), stylesByComponent()],
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: fileURLToPath(new URL('../../dist/console', import.meta.url)),
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'common', test: COMMON }] } } },
  },
  server: {
    proxy: {
      '/api': daemon,
      '/live': { target: daemon, ws: true },
      '/sip': { target: daemon, ws: true },
    },
  },
});
