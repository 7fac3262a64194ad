import { fingerprintSync, loadModule, normalizeSync, parseSync, scanSync } from 'libpg-query'

// Compiled once, at import, so that everything behind it is synchronous.
await loadModule()

/** PostgreSQL's own parser (libpg_query, compiled to WebAssembly); each throws `SqlError` for what it refuses. */
export const sqlParser = {
  parse: parseSync,
  fingerprint: fingerprintSync,
  normalize: normalizeSync,
  scan: scanSync,
}
