import { copyForRead } from './copy-for-read.js'
import type { HeldValue } from './private-copy.js'

/** What one reader gets of a value that memory may hold. */
export function readCopy({ value, copyOnRead }: HeldValue): unknown {
  return copyOnRead ? copyForRead(value) : value
}
