import { readdirSync, readFileSync } from 'node:fs'

/** Numbers of the processes whose parent is `parent`; none where the system has no /proc. */
export function childrenOf(parent: number): number[] {
  const found: number[] = []
  for (const name of readdirSync('/proc').filter(entry => /^\d+$/.test(entry))) {
    // The program's name stands in brackets and may hold anything; state and parent follow the last bracket.
    const rest = readStat(name)?.split(') ').at(-1)
    if (rest?.split(' ')[1] === String(parent)) found.push(Number(name))
  }
  return found
}

function readStat(name: string): string | undefined {
  try {
    return readFileSync(`/proc/${name}/stat`, 'utf8')
  } catch {
    return undefined
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A dead process whose parent has not asked for its end yet is no longer alive to anybody else.
    return !readStat(String(pid))?.includes(') Z ')
  } catch {
    return false
  }
}

/** Ends processes by SIGKILL and resolves when none is left. */
export async function killAndWait(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {}
  }
  while (pids.some(isAlive)) await new Promise(resolve => setTimeout(resolve, 5))
}
