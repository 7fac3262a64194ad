import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Short files that take long, since they start processes or repeat a schedule: at the end, one would run alone. */
const slow = /medquad|\/(processes|proof|start|cli)\/|embedded-crash|pdf-reader/

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSlow = ({ moduleId }: TestSpecification) => slow.test(moduleId)
    return [...sorted.filter(isSlow), ...sorted.filter(file => !isSlow(file))]
  }
}

export default defineConfig({
  test: {
    include: [
      '{packages,services,apps}/*/test/**/*.test.ts',
      '{bench,dashboards,deploy}/test/**/*.test.ts',
      'scripts/test/**/*.test.mjs',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Compiled, as everything that tests import: `npx tsc -b` comes first.
    globalSetup: './packages/testkit/dist/global-setup.js',
    // Which needs no second transformation.
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    // A process for each file spends more time on loading what all of them load than on most files.
    isolate: false,
  },
})
