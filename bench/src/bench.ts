import { audit } from './audit.js'
import { cache } from './cache.js'
import { profiler } from './profiler.js'
import { profilerAdvice } from './profiler-advice.js'
import { retrieval } from './retrieval.js'
import { tokens } from './tokens.js'

const benches: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  audit,
  cache,
  'profiler-advice': profilerAdvice,
  profiler,
  retrieval,
  tokens,
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
