import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs a program to its end. @returns its standard output, trimmed; undefined when it is missing or fails. */
export async function tryRun(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    return (await execute(program, args, { timeout: 20_000 })).stdout.trim()
  } catch {
    return undefined
  }
}

/** Runs a program to its end. @returns its standard output, trimmed. @throws with its standard error when it fails. */
export async function run(program: string, ...args: string[]): Promise<string> {
  try {
    return (await execute(program, args)).stdout.trim()
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    throw new Error(`${program} ${args.join(' ')}: ${stderr?.trim() || message}`, { cause: error })
  }
}
