import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/* Everything becomes a file of our own origin: no inline script, no inline style, no outside host. */
export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': process.env['WANGHUO_URL'] ?? 'http://127.0.0.1:8119' } },
});
