import { lineAt } from './check.mjs'

/**
 * A list in a document that a program writes: it lies between `<!-- list: NAME -->` and `<!-- end of NAME -->`.
 * @param {string} text of the document
 * @param {string} name
 * @returns {{ start: number, end: number, body: string } | undefined} positions and text of what lies between
 */
export function findList(text, name) {
  const open = `<!-- list: ${name} -->\n`
  const start = text.indexOf(open) + open.length
  const end = text.indexOf(`<!-- end of ${name} -->`)
  return start < open.length || end < start ? undefined : { start, end, body: text.slice(start, end) }
}

/**
 * Where a document's list differs from the code's, as lines that the document lacks and lines that only it has.
 * @param {string} file
 * @param {string} text
 * @param {string} name
 * @param {string} wanted the list's lines as Markdown, without the empty lines around
 * @returns {import('./check.mjs').Problem[]}
 */
export function compareList(file, text, name, wanted) {
  const found = findList(text, name)
  if (!found) return [{ file, line: 1, message: `there is no list '${name}' in this document` }]
  const first = lineAt(text, found.start)
  const has = found.body.trim().split('\n')
  const needs = wanted.trim().split('\n')
  const hint = 'npm run docs writes it anew'
  const surplus = has.flatMap((line, index) =>
    needs.includes(line)
      ? []
      : [{ file, line: first + 1 + index, message: `not in the code (${hint}): ${line}` }],
  )
  const lacking = needs.flatMap(line =>
    has.includes(line) ? [] : [{ file, line: first, message: `missing here (${hint}): ${line}` }],
  )
  const problems = [...surplus, ...lacking]
  if (problems.length === 0 && has.join('\n') !== needs.join('\n')) {
    problems.push({ file, line: first, message: `in another order or number than in the code (${hint})` })
  }
  return problems
}

/**
 * The document with the code's list in place of its own.
 * @param {string} text
 * @param {string} name
 * @param {string} wanted
 */
export function replaceList(text, name, wanted) {
  const found = findList(text, name)
  return found ? `${text.slice(0, found.start)}\n${wanted.trim()}\n\n${text.slice(found.end)}` : text
}
