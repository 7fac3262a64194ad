#!/usr/bin/env node
import { run } from '../dist/cli/main.js'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'])
  process.on(name, () => {
    // Someone who asks twice does not wait; what is under way is a transaction that goes with its connection.
    if (stop.signal.aborted) process.exit(130)
    stop.abort(new Error(name))
    process.stdin.destroy()
  })

// Whoever reads the result, such as `head`, may have read enough.
process.stdout.on('error', () => process.exit())

const { DATABASE_URL } = process.env
process.exitCode = await run(process.argv.slice(2), { DATABASE_URL }, process, stop.signal)
