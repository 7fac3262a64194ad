import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { deflateSync } from 'node:zlib'
import { systemClock } from '@voiceassist/kernel'
import { FakeClock } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PdfReader } from '#src/pdf/pdf-reader'
import { paragraph, pdfFile } from './pdf-file.js'

const good = pdfFile([paragraph(700, 'Some text of one page.')])
const text = 'Some text of one page.'
const packed = (content: string) =>
  pdfFile([[]], { stream: { entries: '/Filter /FlateDecode', bytes: deflateSync(content) } })

describe('whatever a file does to its reader, the next one is read', () => {
  // On a clock that stands still: a slow machine must not be taken for a slow file.
  const reader = new PdfReader({ clock: new FakeClock() })
  const tooMuch = { code: 'DOCUMENT_TOO_COMPLEX', message: expect.stringContaining('512 MiB of memory') }

  test('a stream that inflates to 300 MB', async () => {
    await expect(reader.read(packed(' '.repeat(300_000_000)))).rejects.toMatchObject(tooMuch)
    expect(await reader.read(good)).toMatchObject({ text })
  })

  test('one word of 100 million letters, which fills the heap at once', async () => {
    const bytes = packed(`BT /F1 11 Tf 72 700 Td (${'a'.repeat(100_000_000)}) Tj ET`)
    await expect(reader.read(bytes)).rejects.toMatchObject(tooMuch)
    expect(await reader.read(good)).toMatchObject({ text })
  })

  test('arrays nested 50 million deep', async () => {
    await expect(reader.read(packed('['.repeat(50_000_000)))).rejects.toMatchObject({
      code: expect.stringMatching(/^DOCUMENT_(UNREADABLE|TOO_COMPLEX)$/),
    })
    expect(await reader.read(good)).toMatchObject({ text })
  })

  test('broken ones and good ones at once', async () => {
    const files = [good, good.subarray(0, 300), good, Buffer.from('%PDF-'), good]
    const ends = await Promise.allSettled(files.map(bytes => reader.read(bytes)))
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
  })
})

/** Changes, deletes or repeats a few bytes: most of the results are still read as PDFs. */
test('random damage ends in text or a coded error', async () => {
  const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000)
  console.log(`seed of the damaged PDFs: ${seed}`)
  const rounds = process.env.TEST_LONG ? 1000 : 30
  const reader = new PdfReader({ clock: systemClock })
  const whole = pdfFile([paragraph(700, 'Give fluids and anti-', 'biotics early.'), paragraph(700, 'More.')])
  let state = seed
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % limit
  }
  for (let round = 0; round < rounds; round += 1) {
    let bytes = Buffer.from(whole)
    for (let change = below(6); change >= 0; change -= 1) {
      const at = below(bytes.length)
      const length = below(20)
      const piece = [
        () => Buffer.from([below(256)]),
        () => Buffer.alloc(0),
        () => Buffer.concat([bytes.subarray(at, at + length), bytes.subarray(at, at + length)]),
        () => Buffer.from(`${below(100)} 0 R`),
      ][below(4)]!()
      bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + length)])
    }
    const end = await reader.read(bytes).then(
      read => read.text,
      error => `${error.code} ${error.message}`,
    )
    expect(end, `round ${round} of seed ${seed}`).toMatch(/\S/)
    expect(end, `round ${round} of seed ${seed}`).not.toMatch(/^undefined|reader stopped/)
  }
}, 600_000)

describe('a reader that does not answer as it should', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'va-pdf-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  let programs = 0
  const readerOf = async (source: string, clock = new FakeClock()) => {
    programs += 1
    const path = join(folder, `${programs}.mjs`)
    await writeFile(path, source)
    return new PdfReader({ clock, program: pathToFileURL(path) })
  }
  /** Waits, without time, until the reader has begun with a file. */
  const begun = async (clock: FakeClock) => {
    while (clock.sleeping === 0) await new Promise(resolve => setImmediate(resolve))
  }
  const endless = 'process.on("message", () => { for (;;) {} })'

  test('is ended after 60 seconds, and the next waits for its turn until then', async () => {
    const clock = new FakeClock()
    const reader = await readerOf(endless, clock)
    const ends: string[] = []
    const first = reader.read(good).catch(error => ends.push(`first: ${error.code} ${error.message}`))
    const second = reader.read(good).catch(error => ends.push(`second: ${error.code}`))
    await begun(clock)
    await clock.advance(59_999)
    expect(ends).toEqual([])
    await clock.advance(1)
    await first
    expect(ends).toEqual(['first: DOCUMENT_TOO_COMPLEX The PDF takes more than 60 seconds to read'])
    await begun(clock)
    await clock.advance(60_000)
    await second
    expect(ends[1]).toBe('second: DOCUMENT_TOO_COMPLEX')
    expect(clock.sleeping).toBe(0)
  })

  test('is ended when its caller gives up; one that waits is not begun', async () => {
    const clock = new FakeClock()
    const reader = await readerOf(endless, clock)
    const abort = new AbortController()
    const ends = [reader.read(good, abort.signal), reader.read(good, abort.signal)].map(read =>
      expect(read).rejects.toThrow('enough'),
    )
    await begun(clock)
    abort.abort(new Error('enough'))
    await Promise.all(ends)
    expect(clock.sleeping).toBe(0)
  })

  test.each([
    ['fails', 'throw new Error("secret")', 'DOCUMENT_UNREADABLE', 'its reader stopped'],
    ['exits at once', 'process.exit(0)', 'DOCUMENT_UNREADABLE', 'its reader stopped'],
    [
      'fills its heap',
      'const all = []; for (;;) all.push(new Array(1e5).fill({}))',
      'DOCUMENT_TOO_COMPLEX',
      'memory',
    ],
    ['is killed', 'process.kill(process.pid, "SIGKILL")', 'DOCUMENT_TOO_COMPLEX', 'memory'],
  ])('one that %s', async (_name, source, code, message) => {
    const reader = await readerOf(source)
    await expect(reader.read(good)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('sees nothing of the environment', async () => {
    process.env.TOKEN_SECRET_OF_TEST = 'x'
    const reader = await readerOf(
      'process.on("message", () => process.send({ pdf: { text: Object.keys(process.env).join() } }))',
    )
    const { text: names } = await reader.read(good)
    delete process.env.TOKEN_SECRET_OF_TEST
    expect(names).not.toContain('SECRET')
    expect(names).not.toContain('PATH')
  })
})
