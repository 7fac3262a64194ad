import type { Row } from './figure.js'
import { adaptiveTtl } from './rows/adaptive-ttl.js'
import { coldKey } from './rows/cold-key.js'
import { decorator } from './rows/decorator.js'
import { deleteRace } from './rows/delete-race.js'
import { hitRatio } from './rows/hit-ratio.js'
import { memoryHit } from './rows/memory-hit.js'
import { memorySize } from './rows/memory-size.js'
import { patternPause } from './rows/pattern-pause.js'
import { remoteHit } from './rows/remote-hit.js'
import { remoteSet } from './rows/remote-set.js'
import { tags } from './rows/tags.js'
import { warm } from './rows/warm.js'

export const rows = {
  'memory-hit': memoryHit,
  'remote-hit': remoteHit,
  'remote-set': remoteSet,
  'cold-key': coldKey,
  'delete-race': deleteRace,
  'hit-ratio': hitRatio,
  'memory-size': memorySize,
  'pattern-pause': patternPause,
  tags,
  decorator,
  'adaptive-ttl': adaptiveTtl,
  warm,
} as const satisfies Record<string, Row>
