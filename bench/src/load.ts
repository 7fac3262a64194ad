import { say } from './common/say.js'
import { LoadError } from './load/load-error.js'
import { type LoadOptions, readOptions, usage } from './load/options.js'
import { startLoadServers } from './load/own-fleet.js'
import { reportOf } from './load/report/report.js'
import { writeReports } from './load/report/write-reports.js'
import { openRunningFleet } from './load/running-fleet.js'
import type { ScenarioResult } from './load/scenario.js'
import { scenarios } from './load/scenarios.js'

/** Resolves to the exit code: 1 for a missed objective, 130 for a run that was ended by Ctrl-C. */
async function load(options: LoadOptions, signal: AbortSignal): Promise<number> {
  const startedAt = new Date()
  const result = await underLoad(options, signal)
  const report = reportOf(options, startedAt, result)
  const files = await writeReports(report, options.output)
  for (const { name, target, measured, isMet } of report.objectives)
    say(`${isMet ? 'holds ' : 'MISSED'}  ${name}: ${measured} (${target})`)
  say(`\nreport: ${files.join(', ')}`)
  if (signal.aborted) return 130
  return report.objectives.every(({ isMet }) => isMet) ? 0 : 1
}

async function underLoad(options: LoadOptions, signal: AbortSignal): Promise<ScenarioResult> {
  const scenario = scenarios[options.scenario]
  if (options.urls.length > 0) {
    const { LOAD_ADMIN_EMAIL: email, LOAD_ADMIN_PASSWORD: password } = process.env
    const openFleet = () => openRunningFleet(options, { email, password }, signal)
    return scenario({ options, signal, openFleet })
  }
  const servers = await startLoadServers(options)
  try {
    return await scenario({ options, signal, openFleet: strategy => servers.startFleet(signal, strategy) })
  } finally {
    await servers.close()
  }
}

/** The first signal ends the traffic, and a report of what there is follows; the second one ends at once. */
function endedBySignal(): AbortSignal {
  const ended = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      if (ended.signal.aborted) process.exit(130)
      ended.abort()
    })
  return ended.signal
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') say(usage)
  else process.exitCode = await load(options, endedBySignal())
} catch (error) {
  const { code, remedy } = error instanceof LoadError ? error : { code: 'INTERNAL', remedy: undefined }
  console.error(`load: ${code}: ${error instanceof Error ? error.message : error}`)
  if (remedy) console.error(remedy)
  process.exitCode = 1
}
