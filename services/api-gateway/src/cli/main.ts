import { systemClock } from '@voiceassist/kernel'
import { version } from '../version.js'
import { commandCall } from './command-call.js'
import { describeError } from './describe-error.js'
import { parseCommandLine, UsageError } from './parse-command-line.js'
import { TerminalOutput } from './terminal-output.js'

const stopped = 130 // 128 + SIGINT, as shells count

/**
 * The program `voiceassist`. What a command needs is loaded when it is known, so that help and mistakes are answered
 * at once. Resolves to its exit code: 0, 1 for a failure, 2 for a command line that is none.
 */
export async function main(argv: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1))
  try {
    const parsed = parseCommandLine(argv)
    if ('help' in parsed) return print(parsed.help)
    if ('version' in parsed) return print(version)
    const { words, operands, options } = parsed
    switch (words) {
      case 'serve': {
        const { runServe } = await import('./serve.js')
        return await runServe(environment)
      }
      case 'migrate up':
      case 'migrate down':
      case 'migrate status': {
        const action = words.slice('migrate '.length) as 'up' | 'down' | 'status'
        const to = typeof options.to === 'string' ? { to: options.to } : {}
        const { runMigrate } = await import('./migrate-command.js')
        return await stoppable((out, signal) => runMigrate({ action, ...to }, environment, out, signal))
      }
      default: {
        const call = await commandCall({ words, operands, options })
        const { runWork } = await import('./run-work.js')
        return await stoppable((out, signal) => runWork(call, environment, out, signal))
      }
    }
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`voiceassist: ${describeError(error)}\n${error.usage}\n`)
      return 2
    }
    process.stderr.write(`voiceassist: ${describeError(error)}\n`)
    if (environment.LOG_LEVEL === 'debug') console.error(error)
    return 1
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

async function stoppable(
  work: (out: TerminalOutput, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const out = new TerminalOutput({ stdout: process.stdout, stderr: process.stderr, clock: systemClock })
  const interrupted = new AbortController()
  const onSignal = () => {
    if (interrupted.signal.aborted) process.exit(stopped)
    interrupted.abort(new Error('Stopped'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    return await work(out, interrupted.signal)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    return stopped
  } finally {
    out.end()
    if (interrupted.signal.aborted) out.failure('Stopped. Run the same command again to go on.')
  }
}
