import { FakeClock } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { TerminalOutput } from '#src/cli/terminal-output'

function terminal(isTTY: boolean) {
  const clock = new FakeClock()
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    columns: 120,
    write(text: string) {
      written[name] += text
      return true
    },
  })
  const out = new TerminalOutput({ stdout: stream('stdout'), stderr: stream('stderr'), clock })
  const progress = (done: number, failed = 0) =>
    out.progress({ label: 'Importing', unit: 'documents', done, total: 200, failed })
  return { clock, written, out, progress }
}

describe('progress', () => {
  test('without a terminal comes as plain lines: every tenth, or every five seconds, and at the end', async () => {
    const { clock, written, progress } = terminal(false)
    for (let done = 0; done <= 60; done++) {
      progress(done)
      await clock.advance(100)
    }
    expect(written.stderr.match(/^.*$/gm)).toEqual([
      'Importing: 20 of 200 documents, 600 a minute, 18 s left',
      'Importing: 40 of 200 documents, 600 a minute, 16 s left',
      'Importing: 60 of 200 documents, 600 a minute, 14 s left',
      '',
    ])
    await clock.advance(5000)
    progress(61, 2)
    expect(written.stderr).toMatch(/\nImporting: 61 of 200 documents, .* left, 2 failed\n$/)
    progress(200)
    expect(written.stderr).toMatch(/\nImporting: 200 of 200 documents, \d+ a minute\n$/)
    expect(written.stderr).not.toContain('\u001b')
  })

  test('on a terminal is a bar that is drawn over, with lines above it', async () => {
    const { clock, written, out, progress } = terminal(true)
    progress(0)
    for (let done = 1; done <= 50; done++) {
      await clock.advance(1000)
      progress(done)
    }
    expect(written.stderr).toContain(
      '\u001b[1G\u001b[2KImporting [######------------------] 50 of 200 documents',
    )
    expect(written.stderr).toMatch(/60 a minute, 2 min 30 s left$/)
    expect(written.stderr).not.toContain('\n')
    out.line('a result')
    expect(written.stdout).toBe('a result\n')
    expect(written.stderr).toMatch(/2 min 30 s left$/)
    out.end()
    expect(written.stderr).toMatch(/left\n$/)
  })

  test('on a terminal leaves the full bar above what follows', () => {
    const { written, out, progress } = terminal(true)
    progress(200)
    expect(written.stderr).toMatch(/200 of 200 documents.*\n$/)
    const before = written.stderr
    out.line('a result')
    out.end()
    expect(written.stderr).toBe(before)
  })

  test('goes by the rate of the last half minute', async () => {
    const { clock, written, progress } = terminal(false)
    progress(0)
    progress(100) // unchanged files cost nothing
    for (let done = 101; done <= 140; done++) {
      await clock.advance(2000)
      progress(done)
    }
    expect(written.stderr).toMatch(/139 of 200 documents, 30 a minute, 2 min 2 s left\n$/)
  })
})
