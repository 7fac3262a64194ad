#!/usr/bin/env node
// The order of the house (docs/architecture.md): who may import whom, and that nothing imports itself round a corner.
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { runCheck } from './lib/check.mjs'
import { findCycles } from './lib/find-cycles.mjs'
import { importsOf } from './lib/imports-of.mjs'
import { sourceFiles } from './lib/source-files.mjs'
import { workspacesOf } from './lib/workspaces.mjs'

/** @typedef {import('./lib/workspaces.mjs').Workspace} Workspace */

/** A workspace imports from lower ranks only. @type {Record<string, number>} */
const ranks = {
  'packages/kernel': 0,
  'packages/api-contract': 0,
  'packages/cache': 1,
  'packages/query-profiler': 1,
  'packages/feature-flags': 1,
  'packages/rag-cache': 2,
  'services/api-gateway': 3,
  'apps/console': 3,
  bench: 4,
  dashboards: 4,
  deploy: 4,
  'packages/testkit': 4,
}
/** Built into files of its own: nothing is imported when it runs. */
const bundled = 'apps/console'
const testkit = 'packages/testkit'
const gateway = 'services/api-gateway'
/** Clients of metrics and traces: facts go up by events, and the gateway alone counts them. The benches compare with them. */
const metricsClients = /^(prom-client$|@opentelemetry\/)/
/** Loaded only where there are traces. */
const tracing = `${gateway}/src/tracing/`

await runCheck('imports', root => {
  const workspaces = workspacesOf(root)
  const files = sourceFiles(root, /(?<!\.d)\.(ts|tsx|mts|js|mjs|cjs)$/)
  const known = new Set(files)
  /** @type {import('./lib/check.mjs').Problem[]} */
  const problems = []
  /** @type {Map<string, Set<string>>} */
  const graph = new Map(files.map(file => [file, new Set()]))
  /** @type {Map<string, number>} */
  const lines = new Map()

  for (const { folder } of workspaces) {
    if (ranks[folder] === undefined) {
      problems.push({
        file: `${folder}/package.json`,
        line: 1,
        message: 'this workspace has no rank in check-imports.mjs',
      })
    }
  }
  for (const file of files) {
    const from = workspaces.find(({ folder }) => file.startsWith(`${folder}/`))
    const { imports, errors } = importsOf(file, readFileSync(join(root, file), 'utf8'))
    for (const { line, message } of errors) problems.push({ file, line, message })
    for (const { specifier, line } of imports) {
      const target = resolve(specifier, file, from, workspaces, known)
      const message = target.missing ?? objection(file, from, target)
      if (message) problems.push({ file, line, message: `'${specifier}': ${message}` })
      if (target.file && known.has(target.file)) {
        graph.get(file)?.add(target.file)
        lines.set(`${file} ${target.file}`, line)
      }
    }
  }
  for (const cycle of findCycles(graph)) {
    const [first, second = first] = /** @type {[string, string?]} */ (cycle)
    const line = lines.get(`${first} ${second}`) ?? 1
    problems.push({ file: first, line, message: `an import cycle: ${[...cycle, first].join(' -> ')}` })
  }
  return problems
})

/**
 * @typedef {object} Target what a specifier means
 * @property {string} [file] source file of this project
 * @property {Workspace} [workspace] the workspace it belongs to
 * @property {string} [external] name of a package that is not ours
 * @property {string} [missing] why it means nothing
 */

/**
 * @param {string} specifier
 * @param {string} file
 * @param {Workspace | undefined} from
 * @param {Workspace[]} workspaces
 * @param {Set<string>} known
 * @returns {Target}
 */
function resolve(specifier, file, from, workspaces, known) {
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(file), specifier)
    const workspace = workspaces.find(({ folder }) => path.startsWith(`${folder}/`))
    return existing(path, workspace, known)
  }
  if (specifier.startsWith('#src/') && from)
    return existing(`${from.folder}/src/${specifier.slice(5)}.js`, from, known)
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return {}
  const external = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  const workspace = workspaces.find(({ name }) => name === external)
  if (!workspace) return { external }
  const inner = specifier.slice(external.length + 1) || 'index'
  return existing(`${workspace.folder}/src/${inner}.js`, workspace, known)
}

/**
 * The source of a compiled file.
 * @param {string} path
 * @param {Workspace | undefined} workspace
 * @param {Set<string>} known
 * @returns {Target}
 */
function existing(path, workspace, known) {
  const source = workspace ? path.replace(`${workspace.folder}/dist/`, `${workspace.folder}/src/`) : path
  const stem = source.replace(/\.[cm]?jsx?$/, '')
  const file = [source, `${stem}.ts`, `${stem}.tsx`, `${stem}.mts`].find(name => known.has(name))
  if (file) return { file, workspace }
  // Styles and data are imported too; only code is looked for.
  return /\.(json|css|wasm)$/.test(path) ? {} : { missing: 'there is no such file' }
}

/**
 * @param {string} file
 * @param {Workspace | undefined} from absent for scripts and files of the root, which may use all of the project
 * @param {Target} target
 * @returns {string | undefined} why the import is refused
 */
function objection(file, from, target) {
  if (!from) return
  const isTest = file.startsWith(`${from.folder}/test/`)
  const mayUseDevelopment = isTest || from.folder === bundled
  if (target.external) {
    if (metricsClients.test(target.external) && from.folder !== gateway && from.folder !== 'bench')
      return 'only the gateway may import a metrics client'
    const isOpenTelemetry = target.external.startsWith('@opentelemetry/')
    if (isOpenTelemetry && from.folder === gateway && !isTest && !file.startsWith(tracing))
      return `only ${tracing} may import OpenTelemetry`
    if (from.dependencies.has(target.external)) return
    if (mayUseDevelopment && from.devDependencies.has(target.external)) return
    return `not among the dependencies of ${from.folder}/package.json`
  }
  const to = target.workspace
  if (target.file && !to) return 'a workspace imports nothing from outside of the workspaces'
  if (!to || to === from) return
  const isNamed =
    isTest || from.dependencies.has(to.name) || (mayUseDevelopment && from.devDependencies.has(to.name))
  if (!isNamed) return `not among the dependencies of ${from.folder}/package.json`
  if (to.folder === testkit)
    return isTest || from.folder === 'bench' ? undefined : 'the testkit is for tests and benches'
  const [own, other] = [ranks[from.folder] ?? 0, ranks[to.folder] ?? 0]
  if (other >= own) return `${from.folder} (rank ${own}) may not import ${to.folder} (rank ${other})`
}
