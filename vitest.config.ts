import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      '{packages,services,apps}/*/test/**/*.test.ts',
      '{bench,dashboards}/test/**/*.test.ts',
      'scripts/test/**/*.test.mjs',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Compiled, as everything that tests import: `npx tsc -b` comes first.
    globalSetup: './packages/testkit/dist/global-setup.js',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
