import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { htmlOf } from './html.js'
import { markdownOf } from './markdown.js'
import type { Report } from './report.js'

/** Writes the report into the folder, and its figures beside the folder. Resolves to the files that a person reads. */
export async function writeReports(report: Report, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const path = (ending: string) => join(folder, `${report.scenario}.${ending}`)
  await writeFile(path('html'), htmlOf(report))
  await writeFile(path('md'), markdownOf(report))
  await writeFile(path('json'), `${JSON.stringify(report, null, 1)}\n`)
  if (!report.interrupted) await addToSummary(report, `${folder}.json`)
  return [path('html'), path('md'), path('json')]
}

/** The latest run of each scenario, without what it came to over time. */
async function addToSummary({ runs, ...report }: Report, path: string): Promise<void> {
  const before = existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : { scenarios: {} }
  const { bench, at, machine, versions } = report
  const figures = runs.map(({ name, loop, seconds, recorded, counted }) => ({
    name,
    loop,
    seconds,
    requests: recorded.requests,
    failed: recorded.failed,
    latencyMs: recorded.overall,
    counted,
  }))
  const scenarios = { ...before.scenarios, [report.scenario]: { ...report, runs: figures } }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify({ bench, at, machine, versions, scenarios }, null, 2)}\n`)
}
