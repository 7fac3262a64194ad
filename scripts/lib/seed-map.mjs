import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {import('./check.mjs').Problem} Problem */

/**
 * Holds the map of the original system's names to the code: a row is `| name there | name here | file | status |`; with
 * the status `here` the file exists and holds the name, with `planned` neither is asked for.
 * @param {string} root
 * @param {string} file
 * @returns {Problem[]}
 */
export function checkSeedMap(root, file) {
  if (!existsSync(join(root, file))) return [{ file, line: 1, message: 'there is no such document' }]
  /** @type {Problem[]} */
  const problems = []
  let rows = 0
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .forEach((text, index) => {
      const row = /^\| `([^`]+)` \|(.*)\|$/.exec(text)
      if (!row) return
      rows++
      const [name, place, status] = (row[2] ?? '').split('|').map(cell => cell.trim().replaceAll('`', ''))
      const message = objection(root, name ?? '', place ?? '', status ?? '')
      if (message) problems.push({ file, line: index + 1, message: `${row[1]}: ${message}` })
    })
  if (rows === 0) problems.push({ file, line: 1, message: 'the document has no rows' })
  return problems
}

/**
 * @param {string} root
 * @param {string} name
 * @param {string} place
 * @param {string} status
 */
function objection(root, name, place, status) {
  if (status === 'planned') return
  if (status !== 'here') return `the status is 'here' or 'planned', not '${status}'`
  if (!existsSync(join(root, place))) return `there is no file ${place}`
  if (!readFileSync(join(root, place), 'utf8').includes(name)) return `${place} does not hold '${name}'`
}
