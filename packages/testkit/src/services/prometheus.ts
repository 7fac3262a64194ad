import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { endAndRemove } from './clean-up.js'
import { findPrometheus } from './find-prometheus.js'
import { freePort } from './free-port.js'
import { guard } from './guard.js'
import { isRunning, lastWords, makeFolder, spawnProgram } from './local-process.js'
import { patiently } from './patiently.js'
import type { LocalSource } from './service-source.js'
import { sourceOfRun } from './test-run.js'

export interface PrometheusOptions {
  /** What is scraped, once a second: `host:port` of what answers /metrics. */
  readonly targets: readonly string[]
  /** Text of a file of rules. */
  readonly rules?: string
}

export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface PrometheusServer {
  readonly url: string
  /** The series that an expression has now. @throws Error with what Prometheus says of an expression it cannot run. */
  query(expression: string): Promise<readonly PrometheusSeries[]>
  /** State of each rule by its name, and what was wrong with it last. */
  rules(): Promise<Readonly<Record<string, { readonly health: string; readonly lastError: string }>>>
  /** Ends it and removes its data. */
  close(): Promise<void>
}

/**
 * Starts a Prometheus of the caller's own; it ends with this process at the latest.
 * @throws ServiceUnavailable when the machine has none.
 */
export async function startPrometheus({ targets, rules }: PrometheusOptions): Promise<PrometheusServer> {
  const source = await foundSource()
  const folder = makeFolder(source, 'prometheus')
  const keeper = guard(endAndRemove, folder.path)
  writeFileSync(join(folder.path, 'rules.yml'), rules ?? 'groups: []\n')
  writeFileSync(
    join(folder.path, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [{ job_name: 'voiceassist', static_configs: [{ targets }] }],
    }),
  )
  const address = `127.0.0.1:${await freePort()}`
  const child = spawnProgram(source, folder, 'prometheus', [
    `--config.file=${folder.inner}/prometheus.yml`,
    `--storage.tsdb.path=${folder.inner}/data`,
    `--web.listen-address=${address}`,
  ])
  writeFileSync(join(folder.path, 'pid'), String(child.pid))
  child.unref()
  const url = `http://${address}`
  await patiently(() => ask(`${url}/-/ready`), {
    failed: () => (isRunning(child) ? undefined : `Prometheus ended: ${lastWords(folder)}`),
  })
  return {
    url,
    async query(expression) {
      const text = await ask(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`)
      const { data } = JSON.parse(text) as { data: { result: { metric: object; value: [number, string] }[] } }
      return data.result.map(({ metric, value }) => ({
        metric: metric as PrometheusSeries['metric'],
        value: Number(value[1]),
      }))
    },
    async rules() {
      const { data } = JSON.parse(await ask(`${url}/api/v1/rules`)) as {
        data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] }
      }
      const all = data.groups.flatMap(group => group.rules)
      return Object.fromEntries(all.map(({ name, health, lastError = '' }) => [name, { health, lastError }]))
    },
    close: () => keeper.release(),
  }
}

/** Runs promtool to its end in a folder with these files. @throws ServiceUnavailable when the machine has none. */
export async function runPromtool(
  args: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const source = await foundSource()
  const folder = makeFolder(source, 'promtool')
  const keeper = guard(endAndRemove, folder.path)
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder.path, name)), { recursive: true })
      writeFileSync(join(folder.path, name), text)
    }
    const paths = args.map(arg => (arg in files ? join(folder.inner, arg) : arg))
    const child = spawnProgram(source, folder, 'promtool', paths)
    const [code] = (await once(child, 'exit')) as [number | null]
    return { code, output: readFileSync(join(folder.path, 'log'), 'utf8') }
  } finally {
    await keeper.release()
  }
}

async function foundSource(): Promise<LocalSource> {
  return (sourceOfRun('prometheus') as LocalSource | undefined) ?? (await findPrometheus())
}

async function ask(url: string): Promise<string> {
  const answer = await fetch(url)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Prometheus answered ${answer.status}: ${text}`)
  return text
}
