import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCallSite, readStack } from '#src/capture/read-stack'

const own = fileURLToPath(new URL('../../dist/capture/pool-capture.js', import.meta.url))
const stack = (...lines: string[]) => ['Query', ...lines.map(line => `    at ${line}`)].join('\n')
const read = (...lines: string[]) => readStack(stack(...lines), 8)
const places = (...lines: string[]) =>
  read(...lines).frames.map(({ line, function: name }) => `${name}:${line}`)

test('drops the profiler, Node, native functions and packages', () => {
  const reading = read(
    `BoundPool.query (${own}:10:1)`,
    'executeQuery (file:///app/node_modules/kysely/dist/esm/driver.js:95:68)',
    'Array.map (<anonymous>)',
    'process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    'async listUsers (file:///app/src/users.js:12:34)',
    'async Promise.all (index 3)',
    'Server.handle [as onRequest] (/app/src/server.js:8:2)',
  )
  expect(reading.frames).toEqual([
    { file: '/app/src/users.js', line: 12, function: 'listUsers' },
    { file: '/app/src/server.js', line: 8, function: 'Server.handle' },
  ])
  expect([...reading.packages]).toEqual(['kysely'])
})

test('ends where the request begins', () => {
  expect(places('find (/app/a.js:1:1)', `async runInRequest (${own}:3:1)`, 'serve (/app/b.js:2:2)')).toEqual([
    'find:1',
  ])
})

test('takes a recursion once', () => {
  const reading = read(
    'walk (/a.js:3:1)',
    '/a.js:4:1',
    'walk (/a.js:4:9)',
    'async walk (/a.js:4:2)',
    'go (/a.js:9:1)',
  )
  expect(reading.isRecursive).toBe(true)
  expect(reading.frames.map(({ line }) => line)).toEqual([3, 9])
})

test('stops at a function without a name, whose caller says nothing more', () => {
  expect(places('/a.js:3:1', 'run (/a.js:2:1)')).toEqual([':3'])
})

test('reads paths with spaces and brackets, constructors and names with brackets', () => {
  expect(places('new Loader (/my app/(group)/load (1).js:7:5)')).toEqual(['Loader:7'])
  expect(places('C:\\app\\load.js:7:5')).toEqual([':7'])
})

test('names the outermost line of a package where none of the application is known', () => {
  const site = readCallSite({
    name: '',
    message: '',
    stack: stack('a (/app/node_modules/x/inner.js:1:1)', 'b (/app/node_modules/x/outer.js:2:1)'),
  })
  expect(site).toEqual({ file: '/app/node_modules/x/outer.js', line: 2, function: 'b' })
  expect(readCallSite({ name: '', message: '' })).toBeNull()
})

test('never throws, whatever a stack says', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), lines => {
      readStack(stack(...lines), 8)
    }),
  )
})
