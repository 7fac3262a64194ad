import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../bin/voiceassist.js', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Environment = Record<string, string | undefined>

/** The test's environment without what would lead the gateway elsewhere. */
function cleanEnvironment(given: Environment): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), HOST: '127.0.0.1', PORT: '0', ...given }
}

/** Runs the command line to its end. */
export async function voiceassist(
  args: readonly string[],
  environment: Environment,
  input = '',
): Promise<Outcome> {
  const child = spawn(process.execPath, ['--liftoff-only', program, ...args], {
    env: cleanEnvironment(environment),
  })
  const output = collect(child)
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, ...output }
}

export interface GatewayProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Everything printed so far. */
  readonly output: { readonly stdout: string; readonly stderr: string }
  /** Printed by the first start only. */
  readonly administrator: { readonly email: string; readonly password: string } | undefined
  /** Sends the signal and resolves to the exit code, null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Starts a gateway and waits for its screen. Rejects with what it printed when it ends before. */
export async function startGateway(environment: Environment): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['--liftoff-only', program, 'serve'], {
    env: cleanEnvironment(environment),
  })
  const output = collect(child)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const ready = new Promise<void>(resolve => {
    child.stdout.on('data', () => {
      if (/ API reference .*\n[\s\S]*Documents.*\n/.test(output.stdout)) resolve()
    })
  })
  await Promise.race([
    ready,
    ended.then(code => {
      throw new Error(`The gateway ended with ${code}: ${output.stdout}${output.stderr}`)
    }),
  ])
  const found = (label: string) => new RegExp(` ${label} +(\\S+)`).exec(output.stdout)?.[1]
  const email = found('Administrator')
  const password = found('Password')
  return {
    url: found('API')!,
    child,
    output,
    administrator: email && password ? { email, password } : undefined,
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    output.stdout += part
  })
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    output.stderr += part
  })
  return output
}
