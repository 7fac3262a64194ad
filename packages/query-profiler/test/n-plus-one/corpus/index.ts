import { batches } from './batches.js'
import type { CorpusCase } from './corpus-case.js'
import { loops } from './loops.js'
import { mappers } from './mappers.js'
import { promises } from './promises.js'
import { repeats } from './repeats.js'
import { requests } from './requests.js'
import { transactions } from './transactions.js'
import { transpiled } from './transpiled.js'
import { writes } from './writes.js'

export const corpus: readonly CorpusCase[] = [
  ...loops,
  ...promises,
  ...batches,
  ...writes,
  ...repeats,
  ...transactions,
  ...requests,
  ...mappers,
  ...transpiled,
]
