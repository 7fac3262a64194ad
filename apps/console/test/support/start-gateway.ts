import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type DatabaseKind, startEmbeddingsServer, tempDatabase } from '@voiceassist/testkit'

const program = fileURLToPath(new URL('../../../../services/api-gateway/bin/voiceassist.js', import.meta.url))

export interface ConsoleGateway {
  readonly url: string
  readonly administrator: { readonly email: string; readonly password: string }
  close(): Promise<void>
}

/** A gateway as `npm start` starts it first, sample knowledge base included; only that texts are embedded by hashed words. */
export async function startGateway(
  kind: DatabaseKind,
  environment: Readonly<Record<string, string>> = {},
): Promise<ConsoleGateway> {
  const database = await tempDatabase({ kind, migrated: false })
  const embeddings = await startEmbeddingsServer()
  const { PATH, HOME, TMPDIR } = process.env
  const child = spawn(process.execPath, ['--liftoff-only', program, 'serve'], {
    env: {
      ...{ PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent' },
      ...{ ...database.environment, ...embeddings.environment, ...environment },
    },
  })
  const screen = await firstScreen(child)
  const found = (label: string) => new RegExp(` ${label} +(\\S+)`).exec(screen)![1]!
  return {
    url: found('API'),
    administrator: { email: found('Administrator'), password: found('Password') },
    async close() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'close')
      await embeddings.close()
      await database.close()
    },
  }
}

function firstScreen(child: ChildProcess): Promise<string> {
  let output = ''
  child.stderr!.setEncoding('utf8').on('data', (part: string) => {
    output += part
  })
  return new Promise((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (part: string) => {
      output += part
      if (/ API reference .*\n[\s\S]*Documents.*\n/.test(output)) resolve(output)
    })
    child.once('close', code => reject(new Error(`The gateway ended with ${code}: ${output}`)))
  })
}
