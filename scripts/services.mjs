#!/usr/bin/env node
// Starts the services that tests need and keeps them until Ctrl-C, or for as long as a command runs:
//   node scripts/services.mjs                  prints the URL and waits
//   node scripts/services.mjs npm start        runs the command with DATABASE_URL and TEST_DATABASE_URL set
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startPostgres } from '@voiceassist/testkit'

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM'])
const [command, ...args] = process.argv.slice(2)
const server = await startPostgres({ settings: { fsync: 'on', full_page_writes: 'on' } })
process.stdout.write(`DATABASE_URL=${server.url}\n`)
if (command) {
  const env = { ...process.env, DATABASE_URL: server.url, TEST_DATABASE_URL: server.url }
  const child = spawn(command, args, { stdio: 'inherit', env })
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  const [outcome] = await once(child, 'exit').catch(error => [error.message])
  if (typeof outcome === 'string') process.stderr.write(`${outcome}\n`)
  process.exitCode = outcome === 0 ? 0 : 1
} else {
  const forever = setInterval(() => {}, 60_000)
  await Promise.race(signals.map(signal => once(process, signal)))
  clearInterval(forever)
}
await server.close()
