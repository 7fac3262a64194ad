import { createRequire } from 'node:module'
import { FormBuilder } from './form-builder.js'

type Library = typeof import('libpg-query')

const require = createRequire(import.meta.url)
const path = require.resolve('libpg-query')

// Compiled once, at import, so that everything behind it is synchronous.
let library = await load()
let isRenewing = false

async function load(): Promise<Library> {
  const loaded = require(path) as Library
  await loaded.loadModule()
  return loaded
}

/** UTF-16 units of a text: some tens of milliseconds. */
const maxParsedUnits = 65_536
const forms = new FormBuilder()
/** Of objects and arrays in a tree; some 20 joins. Hot, the fingerprint of 30 overflows the stack (tried). */
const maxFingerprintDepth = 48
/** Frames of a plain function: more than half of a stack. */
const framesToSpare = 7000

/** The parser did not read a text: it is nested too deep, or too long, or too little stack is left. */
export class ParserUnavailable extends Error {
  override readonly name = 'ParserUnavailable'

  /** @param isTransient the same text may be parsed another time */
  constructor(readonly isTransient: boolean) {
    super(
      isTransient
        ? 'The parser is not available at the moment'
        : 'Too long, or nested too deep, to be parsed',
    )
  }
}

/**
 * PostgreSQL's own parser (libpg_query, compiled to WebAssembly); each function throws libpg-query's `SqlError` for
 * what is not SQL, and `ParserUnavailable`. Its messages quote the text: they must not reach anybody.
 *
 * WebAssembly runs on the caller's stack, and V8 makes its frames larger as it gets hot: some 5 KB for each level of
 * joins or unions. Hence no text nested deep is let in, and no call is made where little stack is left. What overflows
 * all the same (200 joins) leaves libpg_query's memory half done: it counts as too long, and the instance is replaced.
 */
export const sqlParser = {
  parse: (text: string) => guarded(text, loaded => loaded.parseSync(text)),
  /** 16 hexadecimal digits. */
  fingerprint: (text: string) =>
    guarded(text, loaded => {
      if (depthOf(loaded.parseSync(text)) > maxFingerprintDepth) throw new ParserUnavailable(false)
      const fingerprint = loaded.fingerprintSync(text)
      // The library hands some messages of the scanner back as if they were results.
      if (!/^[0-9a-f]{16}$/.test(fingerprint)) throw new loaded.SqlError('not SQL')
      return fingerprint
    }),
  scan: (text: string) => guarded(text, loaded => loaded.scanSync(text)),
}

function depthOf(tree: object): number {
  let depth = 0
  for (let level: object[] = [tree]; level.length > 0; depth++)
    level = level.flatMap(node =>
      Object.values(node).filter(child => typeof child === 'object' && child !== null),
    )
  return depth
}

function guarded<T>(text: string, work: (loaded: Library) => T): T {
  if (text.length > maxParsedUnits || forms.build(text).isLong) throw new ParserUnavailable(false)
  const loaded = library
  if (!hasStack()) throw new ParserUnavailable(true)
  try {
    return work(loaded)
  } catch (error) {
    // An overflow of the stack, and any other trap of WebAssembly.
    if (error instanceof RangeError || (error as Error).name === 'RuntimeError') {
      renew()
      throw new ParserUnavailable(false)
    }
    // The scanner's messages come back as if they were its JSON.
    if (error instanceof SyntaxError) throw new loaded.SqlError('not SQL')
    throw error
  }
}

/** The trapped instance serves until there is another: what it leaks until then is little (tried with 60 traps). */
function renew(): void {
  if (isRenewing) return
  isRenewing = true
  delete require.cache[path]
  load()
    .then(
      renewed => {
        library = renewed
      },
      () => {},
    )
    .finally(() => {
      isRenewing = false
    })
}

function hasStack(): boolean {
  const descend = (frames: number): number => (frames === 0 ? 0 : descend(frames - 1) + 1)
  try {
    return descend(framesToSpare) === framesToSpare
  } catch {
    return false
  }
}
