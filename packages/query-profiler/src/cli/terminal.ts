/** Where a command writes: its result to standard output, everything else to standard error. */
export interface Terminal {
  result(text: string): void
  say(text: string): void
  /** One line that is written over; nothing where standard error is no terminal. */
  progress(text: string): void
}

export interface Streams {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean }
}

const clearLine = '\r\u001b[K'

export function createTerminal({ stdout, stderr }: Streams): Terminal {
  let shown = false
  const clear = () => {
    if (shown) stderr.write(clearLine)
    shown = false
  }
  return {
    result(text) {
      clear()
      stdout.write(`${text}\n`)
    },
    say(text) {
      clear()
      stderr.write(`${text}\n`)
    },
    progress(text) {
      if (!stderr.isTTY) return
      stderr.write(`${clearLine}${text.slice(0, 100)}`)
      shown = true
    },
  }
}
