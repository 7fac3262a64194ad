import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Guard {
  /** Runs the clean-up now and resolves when it is done. */
  release(): Promise<void>
}

/**
 * Starts a shell that runs `script` (with `args` as $1, $2, …) when this process ends, however it ends: the shell waits
 * at the other end of a pipe, in a session of its own, so that neither a SIGKILL nor a Ctrl-C leaves a service behind.
 */
export function guard(script: string, ...args: string[]): Guard {
  const shell = spawn('sh', ['-c', `cat >/dev/null\n${script}`, 'guard', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  const pipe = shell.stdin as typeof shell.stdin & { unref?(): void }
  pipe.unref?.()
  const exited = once(shell, 'exit')
  return {
    async release() {
      shell.ref()
      shell.stdin.end()
      await exited
    },
  }
}
