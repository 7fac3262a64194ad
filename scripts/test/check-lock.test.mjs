import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, runCheckOn } from './fixture.mjs'

const optionalDependencies = { '@a/tool-linux-x64-musl': '1.2.3', '@a/tool-win32-arm64': '1.2.3' }
const lock = {
  lockfileVersion: 3,
  packages: {
    'node_modules/@a/tool': { version: '1.2.3', optionalDependencies },
    'node_modules/@a/tool-win32-arm64': { version: '1.2.3', optional: true },
  },
}

test('check-lock names an optional package that the lock file leaves out, and enters it', () => {
  const root = folderWith({ 'package-lock.json': JSON.stringify(lock, null, 2) })
  const { status, lines } = runCheckOn('check-lock.mjs', root)
  expect(lines[0]).toMatch(
    /^package-lock\.json:4: @a\/tool-linux-x64-musl, optional for node_modules\/@a\/tool, is missing/,
  )
  expect([status, lines.length]).toEqual([1, 2])

  expect(runCheckOn('check-lock.mjs', root, '--write').status).toBe(0)
  const written = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  expect(written.packages['node_modules/@a/tool-linux-x64-musl']).toEqual({
    ...{ version: '1.2.3', optional: true },
    ...{ os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  })
  expect(runCheckOn('check-lock.mjs', root).lines).toEqual(['lock file: ok'])
})
