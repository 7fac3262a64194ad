import { createRequire } from 'node:module'

/** The gateway's version, as its package.json says. */
export const version: string = (createRequire(import.meta.url)('../package.json') as { version: string })
  .version
