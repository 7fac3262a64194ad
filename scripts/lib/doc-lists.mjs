import { readFileSync } from 'node:fs'
import { answerOutcomes } from '@voiceassist/api-gateway/answers/answer-outcome'
import { auditActions } from '@voiceassist/api-gateway/audit/audit-actions'
import { configVariables } from '@voiceassist/api-gateway/config-variables'
import { gatewayErrors } from '@voiceassist/api-gateway/errors'
import { ownFlags } from '@voiceassist/api-gateway/flags/own-flags'
import { catalogue } from '@voiceassist/api-gateway/metrics/catalogue'
import { goalTable } from '@voiceassist/bench/report/report-page'
import { cacheErrors } from '@voiceassist/cache'
import { flagErrors } from '@voiceassist/feature-flags'
import { planRules, profilerErrors } from '@voiceassist/query-profiler'
import { ragErrors } from '@voiceassist/rag-cache'
import { endpoints } from './endpoint-list.mjs'

/**
 * @typedef {object} DocList a list of the documentation that the code writes
 * @property {string} file
 * @property {string} name
 * @property {() => string | Promise<string>} lines
 */

/** @type {DocList[]} */
export const docLists = [
  { file: 'docs/errors.md', name: 'errors', lines: errorLines },
  { file: 'docs/errors.md', name: 'cache errors', lines: () => meaningLines(cacheErrors) },
  { file: 'docs/errors.md', name: 'flag errors', lines: () => meaningLines(flagErrors) },
  { file: 'docs/errors.md', name: 'profiler errors', lines: () => meaningLines(profilerErrors) },
  { file: 'docs/errors.md', name: 'rag errors', lines: () => meaningLines(ragErrors) },
  { file: 'docs/configuration.md', name: 'variables', lines: variableLines },
  { file: 'docs/audit.md', name: 'audit actions', lines: auditLines },
  { file: 'docs/endpoints.md', name: 'endpoints', lines: endpointLines },
  { file: 'docs/plan-rules.md', name: 'plan rules', lines: planRuleLines },
  { file: 'docs/answers.md', name: 'outcomes', lines: outcomeLines },
  { file: 'docs/metrics.md', name: 'metrics', lines: metricLines },
  { file: 'docs/gateway-flags.md', name: 'own flags', lines: ownFlagLines },
  { file: 'README.md', name: 'figures', lines: figureLines },
]

function errorLines() {
  return table(
    ['Code', 'Status', 'Meaning'],
    Object.entries(gatewayErrors).map(([code, [status, meaning]]) => [
      `\`${code}\``,
      String(status),
      meaning,
    ]),
  )
}

/** @param {Readonly<Record<string, string>>} errors */
function meaningLines(errors) {
  return table(
    ['Code', 'Meaning'],
    Object.entries(errors).map(([code, meaning]) => [`\`${code}\``, meaning]),
  )
}

function variableLines() {
  /** @type {[string, { default?: string, description: string }][]} */
  const variables = Object.entries(configVariables)
  return table(
    ['Variable', 'Default', 'Meaning'],
    variables.map(([name, variable]) => [
      `\`${name}\``,
      variable.default ? `\`${variable.default}\`` : '',
      variable.description,
    ]),
  )
}

function ownFlagLines() {
  return table(
    ['Flag', 'At first', 'On'],
    ownFlags.map(({ name, enabled, description }) => [`\`${name}\``, enabled ? 'on' : 'off', description]),
  )
}

function auditLines() {
  return table(
    ['Action', 'What a row says'],
    Object.entries(auditActions).map(([action, meaning]) => [`\`${action}\``, meaning]),
  )
}

function metricLines() {
  /** @type {[string, import('@voiceassist/api-gateway/metrics/metric').Metric[]][]} */
  const groups = Object.entries(catalogue).map(([source, metrics]) => [source, Object.values(metrics)])
  return table(
    ['Name', 'Type', 'Labels', 'Meaning', 'Panel', 'Read from'],
    groups.flatMap(([source, metrics]) =>
      metrics.map(({ names, type, labels, help, panel = '' }) => [
        names.map(name => `\`${name}\``).join('<br>'),
        type,
        Object.keys(labels)
          .map(name => `\`${name}\``)
          .join(' '),
        help,
        panel,
        source,
      ]),
    ),
  )
}

function outcomeLines() {
  return table(
    ['Writer', 'Outcome', 'When'],
    Object.entries(answerOutcomes).flatMap(([writer, outcomes]) =>
      Object.entries(outcomes).map(([outcome, when]) => [`\`${writer}\``, `\`${outcome}\``, when]),
    ),
  )
}

function planRuleLines() {
  return table(
    ['#', 'Id', 'Title', 'What triggers it', 'What to do', 'Needs ANALYZE'],
    planRules.map(rule => [
      String(rule.number),
      `\`${rule.id}\``,
      rule.title,
      rule.trigger,
      rule.remedy,
      rule.needsAnalyze ? 'yes' : '',
    ]),
  )
}

function figureLines() {
  const report = new URL('../../bench/results/report.json', import.meta.url)
  return goalTable(JSON.parse(readFileSync(report, 'utf8')))
}

async function endpointLines() {
  return table(
    ['Method', 'Path', 'For', 'What it does'],
    (await endpoints()).map(({ method, path, access, summary }) => [method, `\`${path}\``, access, summary]),
  )
}

/**
 * A table in Markdown.
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
