#!/usr/bin/env node
// npm run bench: installs and builds what is missing, then becomes the bench, in this same process.
import { fileURLToPath } from 'node:url'
import { ensureBuilt, ensureConsole, ensureInstalled } from './lib/prepare.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
if (!ensureInstalled(root) || !(await ensureBuilt(root, 'bench')) || !ensureConsole(root)) process.exit(1)
await import(new URL('../bench/dist/bench.js', import.meta.url).href)
