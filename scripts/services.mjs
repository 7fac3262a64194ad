#!/usr/bin/env node
// Starts the services that tests need and keeps them until Ctrl-C, or for as long as a command runs:
//   node scripts/services.mjs                  prints their URLs and waits
//   node scripts/services.mjs npm start        runs the command with DATABASE_URL, REDIS_URL and their TEST_ names set
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ServiceUnavailable, startPostgres, startRedis } from '@voiceassist/testkit'

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM'])
const [command, ...args] = process.argv.slice(2)
const server = await startPostgres({ settings: { fsync: 'on', full_page_writes: 'on' } })
const redis = await startRedis().catch(error => {
  if (!(error instanceof ServiceUnavailable)) throw error
  process.stderr.write(`${error.message}\n`)
})
/** @type {Record<string, string>} */
const urls = { DATABASE_URL: server.url, ...(redis && { REDIS_URL: redis.url }) }
for (const [name, url] of Object.entries(urls)) process.stdout.write(`${name}=${url}\n`)
if (command) {
  const forTests = Object.fromEntries(Object.entries(urls).map(([name, url]) => [`TEST_${name}`, url]))
  const env = { ...process.env, ...urls, ...forTests }
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
await Promise.all([server.close(), redis?.close()])
