import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeDatabases, startEmbeddingsServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Environment, voiceassist } from '../start/gateway-process.js'
import { type GatewayStage, openStage } from '../start/gateway-stage.js'

/** Each test starts many processes, each of which opens the database. */
const timeout = 240_000

describeDatabases('commands', kind => {
  let stage: GatewayStage
  let folder: string
  beforeAll(async () => {
    stage = await openStage(kind)
    folder = stage.folder
    for (const name of ['Asthma', 'Gout', 'Mumps'])
      await writeFile(join(folder, `${name}.md`), `# ${name}\n\nWhat ${name} is.`)
  })
  afterAll(() => stage?.close())
  const run = (args: readonly string[], input = '', more: Environment = {}) =>
    voiceassist(args, { ...stage.environment, ...more }, input)

  test('make, list, disable and enable accounts; the password is never an argument', {
    timeout,
  }, async () => {
    const create = [
      'user',
      'create',
      'Ada@Example.org',
      '--role',
      'viewer',
      '--name',
      'Ada L.',
      '--password-stdin',
    ]
    const created = await run(create, 'correct horse battery\nsecond line')
    expect(created).toMatchObject({ code: 0, stderr: '' })
    expect(created.stdout).toMatch(/^created ada@example\.org \(viewer\), id [0-9a-f-]{36}\n$/)
    const again = await run(create, 'correct horse battery')
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/^voiceassist: An account with this e-mail exists\.\n$/)
    const short = await run(['user', 'create', 'b@example.org', '--password-stdin'], 'short')
    expect(short).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^voiceassist: .*8 to 128[^\n]*\n$/),
    })
    const asked = await run(['user', 'create', 'b@example.org'])
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('--password-stdin') })
    expect((await run(['user', 'disable', 'ada@example.org'])).stdout).toBe('disabled ada@example.org\n')
    expect((await run(['user', 'list'])).stdout).toMatch(
      /^ada@example\.org {2}viewer {2}disabled .*Ada L\.\n$/,
    )
    expect((await run(['user', 'enable', 'ada@example.org'])).stdout).toBe('enabled ada@example.org\n')
    const unknown = await run(['user', 'disable', 'nobody@example.org'])
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^voiceassist: There is no account/),
    })
  })

  test('import, list, reindex and delete documents', { timeout }, async () => {
    const first = await run(['kb', 'import', folder, '--concurrency', '2'])
    expect(first.code, first.stderr).toBe(0)
    expect(first.stdout).toMatch(
      /^3 added, 0 replaced, 0 unchanged(, \d+ of other kinds ignored)?; 3 passages in /m,
    )
    expect(first.stderr).toMatch(/^Importing: 3 of 3 documents/m)

    await writeFile(join(folder, 'Gout.md'), '# Gout\n\nChanged.')
    await writeFile(join(folder, 'bad.md'), Buffer.from([0xff, 0x00, 0x00]))
    const second = await run(['kb', 'import', folder])
    expect(second.code).toBe(1)
    expect(second.stdout).toMatch(/^0 added, 1 replaced, 2 unchanged, 1 failed/m)
    expect(second.stderr).toMatch(/^failed .*bad\.md: \S.*$/m)

    const listed = await run(['kb', 'list', '--json', '--limit', '2'])
    const documents = listed.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(documents).toHaveLength(2)
    expect((await run(['kb', 'list', '--limit', '1'])).stdout).toMatch(/\n3 documents, the newest 1 shown\n$/)

    const one = await run(['kb', 'reindex', documents[0].id])
    expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/^reindexed .*1 passages\n$/) })
    expect((await run(['kb', 'reindex'])).stdout).toBe('reindexed 3 documents with hashing-512\n')

    const gone = '00000000-0000-4000-8000-000000000000'
    const deleted = await run(['kb', 'delete', documents[0].id, gone])
    expect(deleted.code).toBe(1)
    expect(deleted.stdout).toBe(`deleted ${documents[0].id}\n`)
    expect(deleted.stderr).toBe(`failed ${gone}: There is no such document\n`)
    const nonsense = await run(['kb', 'delete', 'nonsense'])
    expect(nonsense).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^[^\n]*no such document[^\n]*\n$/),
    })
  })

  test('refuse another embedder, and change to it by reindexing everything', { timeout }, async () => {
    await run(['kb', 'import', folder])
    const other = await startEmbeddingsServer(64)
    try {
      const refused = await run(['kb', 'import', folder], '', other.environment)
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/voiceassist kb reindex\.\n$/) })
      const changed = await run(['kb', 'reindex'], '', other.environment)
      expect(changed.code, changed.stderr).toBe(0)
      expect(changed.stdout).toBe('reindexed 3 chunks with hashing-64\n')
      expect((await run(['kb', 'list'], '', other.environment)).code).toBe(0)
      expect((await run(['kb', 'reindex'])).code).toBe(0)
    } finally {
      await other.close()
    }
  })
})
