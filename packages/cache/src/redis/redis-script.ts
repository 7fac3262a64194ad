import { createHash } from 'node:crypto'

/**
 * A script, sent by its SHA-1 and in full to a server that does not know it yet. `allow-oom`: it runs when memory is
 * full too, as what invalidates must; the others are then refused before their first step.
 */
export class RedisScript {
  readonly lua: string
  readonly sha: string

  constructor(flags: '' | 'allow-oom', ...parts: readonly string[]) {
    this.lua = ['#!lua', flags && ` flags=${flags}`, '\n', ...parts].join('')
    this.sha = createHash('sha1').update(this.lua).digest('hex')
  }
}

/** A script that stores is refused when memory is full; its twin is then told to keep nothing, and runs. */
export interface StoringScripts {
  readonly normal: RedisScript
  readonly whenFull: RedisScript
}

export function storingScripts(...parts: readonly string[]): StoringScripts {
  return { normal: new RedisScript('', ...parts), whenFull: new RedisScript('allow-oom', ...parts) }
}
