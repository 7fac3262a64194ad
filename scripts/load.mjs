#!/usr/bin/env node
// npm run load: installs and builds what is missing, then becomes the load test, in this same process.
import { fileURLToPath } from 'node:url'
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
if (!ensureInstalled(root) || !(await ensureBuilt(root, 'bench'))) process.exit(1)
await import(new URL('../bench/dist/load.js', import.meta.url).href)
