import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs one step of a test run, its output going where ours goes.
 * @param {string} name
 * @param {string[]} command a script for Node and its arguments
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<boolean>} whether it ended well
 */
export async function runStep(name, command, options) {
  process.stdout.write(`\n── ${name}\n`)
  const child = spawn(process.execPath, command, { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  if (code !== 0) process.stdout.write(`✗ ${name} failed${signal ? ` (${signal})` : ''}\n`)
  return code === 0
}
