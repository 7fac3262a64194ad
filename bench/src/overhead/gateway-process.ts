import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { CacheStrategy } from './cache-strategy.js'

const program = fileURLToPath(new URL('./gateway-program.js', import.meta.url))

export interface Account {
  readonly email: string
  readonly password: string
}

export interface GatewayProcess {
  readonly url: string
  /** Printed by the first start on a database only. */
  readonly administrator: Account | undefined
  /** Seconds of the processor that it has used so far; undefined where the system has no /proc. */
  processorSeconds(): number | undefined
  end(): Promise<void>
}

export interface GatewayProcessOptions {
  /** Which tiers its cache has. Default: those of the configuration. */
  readonly strategy?: CacheStrategy | undefined
  /** File descriptor that its log goes to. Default: this process's standard error. */
  readonly log?: number
}

/** Starts a gateway as `voiceassist serve` does and waits for its screen. It ends when this process does, however that ends. */
export async function startGateway(
  environment: NodeJS.ProcessEnv,
  { strategy, log }: GatewayProcessOptions = {},
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [program, strategy ?? 'both'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', log ?? 'inherit', 'ipc'],
    // Ctrl-C is for this process alone, which ends the gateway when it needs it no more.
    detached: true,
  })
  const screen = await screenOf(child)
  const found = (label: string) => new RegExp(` ${label} +(\\S+)`).exec(screen)?.[1]
  const [email, password] = [found('Administrator'), found('Password')]
  return {
    url: found('API')!,
    administrator: email && password ? { email, password } : undefined,
    processorSeconds: () => processorSeconds(child.pid!),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

async function screenOf(child: ChildProcess): Promise<string> {
  let printed = ''
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the gateway ended with ${code}: ${printed}`)
  })
  const complete = new Promise<string>(resolve => {
    child.stdout!.setEncoding('utf8').on('data', (part: string) => {
      printed += part
      if (/ API reference .*\n[\s\S]*Documents.*\n/.test(printed)) resolve(printed)
    })
  })
  ended.catch(() => {}) // once the screen is there it is the caller who ends it
  return Promise.race([complete, ended])
}

/** Of all its threads, from what the scheduler counts in nanoseconds: a turn is too short for the ticks of /proc/PID/stat. */
function processorSeconds(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.reduce((sum, thread) => sum + nanosecondsOf(`/proc/${pid}/task/${thread}`), 0) / 1e9
  } catch {
    return undefined
  }
}

function nanosecondsOf(folder: string): number {
  return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0])
}
