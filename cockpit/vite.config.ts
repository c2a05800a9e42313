import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/* Everything becomes a file of our own origin: no inline script, no inline style, no outside host.
   Two pages: the cockpit, and the responder's page, which shares no code with it and stays small. */
export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: 'index.html', responder: 'responder.html' } },
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': process.env['WANGHUO_URL'] ?? 'http://127.0.0.1:8119' } },
});
