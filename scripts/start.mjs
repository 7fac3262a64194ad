#!/usr/bin/env node
// npm start: installs and builds what is missing, then becomes the gateway, in this same process.
import { fileURLToPath } from 'node:url'
import { ensureBuilt, ensureConsole, ensureInstalled } from './lib/prepare.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
if (!ensureInstalled(root) || !(await ensureBuilt(root, 'services/api-gateway')) || !ensureConsole(root))
  process.exit(1)
const program = new URL('../services/api-gateway/bin/voiceassist.js', import.meta.url)
process.argv = [process.execPath, fileURLToPath(program), 'serve', ...process.argv.slice(2)]
await import(program.href)
