import { audit } from './audit.js'
import { cache } from './cache.js'
import { flags } from './flags.js'
import { growth } from './growth.js'
import { overhead } from './overhead.js'
import { profiler } from './profiler.js'
import { profilerAdvice } from './profiler-advice.js'
import { rag } from './rag.js'
import { retrieval } from './retrieval.js'
import { seed } from './seed.js'
import { tokens } from './tokens.js'

const benches: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  audit,
  cache,
  flags,
  growth,
  overhead,
  'profiler-advice': profilerAdvice,
  profiler: async argv => {
    // Only the first has suites to choose from.
    const alone = argv.includes('--only')
    await inTurn(() => profiler(argv), ...(alone ? [] : [() => profilerAdvice(argv)]))
  },
  rag,
  retrieval,
  seed,
  tokens,
}

/** A goal that is missed does not keep the next from being measured. */
async function inTurn(...runs: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: string[] = []
  for (const run of runs)
    await run().catch((error: unknown) =>
      failures.push(error instanceof Error ? error.message : String(error)),
    )
  if (failures.length > 0) throw new Error(failures.join('; '))
}

const [name = '', ...argv] = process.argv.slice(2)
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
if (!bench) {
  console.error(`Usage: npm run bench -- ${Object.keys(benches).join('|')} [options]`)
  process.exit(2)
}
try {
  await bench(argv)
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}
