import { defineConfig } from 'vite'

export default defineConfig({
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    sourcemap: true,
    // Its content security policy lets no data: scripts and styles in.
    assetsInlineLimit: 0,
  },
  // `vite` beside a gateway: pages from here, everything else from there.
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})
