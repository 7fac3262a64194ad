import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Problem
 * @property {string} file path from the root
 * @property {number} line from 1
 * @property {string} message
 */

/**
 * The body of a check's program: prints its problems as `file:line: message` and exits with 1 when there are any.
 * The first argument that is no option is the folder to check: the tests give one of their own.
 * @param {string} subject what is all right when there are no problems
 * @param {(root: string) => Problem[] | Promise<Problem[]>} check
 */
export async function runCheck(subject, check) {
  const folder = process.argv.slice(2).find(argument => !argument.startsWith('--'))
  const problems = await check(folder ?? fileURLToPath(new URL('../..', import.meta.url)))
  for (const { file, line, message } of problems) process.stdout.write(`${file}:${line}: ${message}\n`)
  process.stdout.write(problems.length === 0 ? `${subject}: ok\n` : `${subject}: ${problems.length} to fix\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

/**
 * The line, from 1, that holds a position of a text.
 * @param {string} text
 * @param {number} position
 */
export function lineAt(text, position) {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1)) line++
  return line
}
