import { configVariables } from '@voiceassist/api-gateway/config'
import { gatewayErrors } from '@voiceassist/api-gateway/errors'

/**
 * @typedef {object} DocList a list of the documentation that the code writes
 * @property {string} file
 * @property {string} name
 * @property {() => string | Promise<string>} lines
 */

/** @type {DocList[]} */
export const docLists = [
  { file: 'docs/errors.md', name: 'errors', lines: errorLines },
  { file: 'docs/configuration.md', name: 'variables', lines: variableLines },
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
