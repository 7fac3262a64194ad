import { createRequire } from 'node:module'
import { FormBuilder } from './form-builder.js'

type Library = typeof import('libpg-query')

const require = createRequire(import.meta.url)
const path = require.resolve('libpg-query')

// Compiled once, at import, so that everything behind it is synchronous.
let library: Library | undefined = await load()

async function load(): Promise<Library> {
  const loaded = require(path) as Library
  await loaded.loadModule()
  return loaded
}

/** UTF-16 units of a text: some tens of milliseconds. */
const maxParsedUnits = 65_536
const forms = new FormBuilder()
/** Frames of a plain function; nearly twice what the deepest tree takes that the bounds of a form allow. */
const framesToSpare = 7000

/** The parser did not look at a text: it is nested too deep, or too long, or there is no parser at the moment. */
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
 * WebAssembly runs on the caller's stack. When that overflows, what libpg_query keeps in its memory stays half done,
 * and harmless texts fail from then on (tried): hence no text that is nested too deep is let in, no call is made
 * where little stack is left, and an instance that trapped all the same is thrown away.
 */
export const sqlParser = {
  parse: (text: string) => guarded(text, loaded => loaded.parseSync(text)),
  /** 16 hexadecimal digits. */
  fingerprint: (text: string) =>
    guarded(text, loaded => {
      const fingerprint = loaded.fingerprintSync(text)
      // The library hands some messages of the scanner back as if they were results.
      if (!/^[0-9a-f]{16}$/.test(fingerprint)) throw new loaded.SqlError('not SQL')
      return fingerprint
    }),
  scan: (text: string) => guarded(text, loaded => loaded.scanSync(text)),
}

function guarded<T>(text: string, work: (loaded: Library) => T): T {
  if (text.length > maxParsedUnits || forms.build(text).isLong) throw new ParserUnavailable(false)
  const loaded = library
  if (!loaded || !hasStack()) throw new ParserUnavailable(true)
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

function renew(): void {
  library = undefined
  delete require.cache[path]
  load().then(
    renewed => {
      library = renewed
    },
    () => {},
  )
}

function hasStack(): boolean {
  const descend = (frames: number): number => (frames === 0 ? 0 : descend(frames - 1) + 1)
  try {
    return descend(framesToSpare) === framesToSpare
  } catch {
    return false
  }
}
