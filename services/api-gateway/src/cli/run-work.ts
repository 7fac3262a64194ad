import { type Clock, systemClock } from '@voiceassist/kernel'
import { destination, pino } from 'pino'
import { commandActor } from '../audit/actor.js'
import { type Config, readConfig } from '../config.js'
import { commandSocket } from '../data-folder/layout.js'
import { type Dependencies, openDependencies } from '../dependencies.js'
import { GatewayError } from '../errors.js'
import type { Command } from './command.js'
import { allCommands, type CommandCall } from './commands/all-commands.js'
import { callGateway, noGateway } from './remote/command-client.js'
import type { TerminalOutput } from './terminal-output.js'

/** A gateway that starts holds the data folder before it takes commands. */
const gatewayStartsMs = 10_000
const pollMs = 200

/** Does the work where it can be done: on the server database, through the gateway that holds the folder, or here. */
export async function runWork(
  call: CommandCall,
  environment: NodeJS.ProcessEnv,
  out: TerminalOutput,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<number> {
  const config = readConfig(environment)
  const deadline = clock.monotonic() + gatewayStartsMs
  for (;;) {
    if (config.databaseUrl === undefined) {
      const code = await callGateway(commandSocket(config.dataFolder), call, out, signal)
      if (code !== noGateway) return code
    }
    try {
      const dependencies = await open(config, call)
      return await runHere(dependencies, call, out, signal)
    } catch (error) {
      const isTaken = error instanceof GatewayError && error.code === 'DATA_FOLDER_IN_USE'
      if (!isTaken || clock.monotonic() > deadline) throw error
      await clock.sleep(pollMs, signal)
    }
  }
}

function open(config: Config, { command, args }: CommandCall): Promise<Dependencies> {
  const level = config.logLevel === 'debug' ? 'debug' : 'warn'
  return openDependencies(config, {
    logger: pino({ level }, destination({ dest: 2, sync: true })),
    role: 'command',
    embedding: embeddingOf(command, args),
  })
}

function embeddingOf(
  command: CommandCall['command'],
  args: CommandCall['args'],
): 'same model' | 'any model' | 'unused' {
  if (command === 'kb import' || command === 'rag calibrate') return 'same model'
  if (command !== 'kb reindex') return 'unused'
  return 'id' in args && args.id !== undefined ? 'same model' : 'any model'
}

async function runHere(
  dependencies: Dependencies,
  { command, args }: CommandCall,
  out: TerminalOutput,
  signal: AbortSignal,
): Promise<number> {
  try {
    return await (allCommands[command] as Command<unknown>)(
      { dependencies, actor: commandActor(command), out, signal },
      args,
    )
  } finally {
    await dependencies.close()
  }
}
