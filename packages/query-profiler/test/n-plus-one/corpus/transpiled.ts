import { createRequire } from 'node:module'
import type { Pool } from 'pg'
import { type CorpusCase, upTo } from './corpus-case.js'

type Compiled = Record<string, (ids: readonly number[]) => (pool: Pool) => Promise<unknown>>

const load = createRequire(import.meta.url)
const es2015: Compiled = load('./fixtures/es2015-awaiter.cjs')
const es5: Compiled = load('./fixtures/es5-awaiter.cjs')
const babel: Compiled = load('./fixtures/babel-async.cjs')

/** Async functions that were compiled to generators and to state machines: V8 knows nothing of what awaits what. */
export const transpiled: readonly CorpusCase[] = [
  {
    name: 'async functions as ES2015 generators, in a loop',
    run: db => es2015.everyUser!(upTo(12))(db.pool),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'es2015' }],
  },
  {
    name: 'async functions as ES2015 generators, six times at each of two lines',
    run: db => es2015.someUsersTwice!(upTo(6))(db.pool),
    expected: [],
  },
  {
    name: 'async functions as ES5 state machines, in a loop',
    run: db => es5.everyUser!(upTo(12))(db.pool),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'es5' }],
  },
  {
    name: 'async functions as ES5 state machines, at once',
    run: db => es5.allUsers!(upTo(12))(db.pool),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'es5-all' }],
  },
  {
    name: 'async functions as Babel writes them, in a loop',
    run: db => babel.everyUser!(upTo(12))(db.pool),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'babel' }],
  },
]
