import { describe, expect, test } from 'vitest'
import { commandCall, type GivenCommand } from '#src/cli/command-call'
import { parseCommandLine, UsageError } from '#src/cli/parse-command-line'
import { type CommandWords, commandSyntaxes } from '#src/cli/syntax'
import { voiceassist } from '../start/gateway-process.js'

const everyCommand = Object.keys(commandSyntaxes) as CommandWords[]

describe('the command line', () => {
  test('answers --help of every command, and says what there is', () => {
    for (const words of everyCommand) {
      const parsed = parseCommandLine([...words.split(' '), '--help'])
      expect(parsed).toEqual({ help: expect.stringContaining(`Usage: voiceassist ${words}`) })
    }
    const overview = parseCommandLine(['--help'])
    for (const words of everyCommand) expect(overview).toEqual({ help: expect.stringContaining(words) })
    expect(parseCommandLine(['kb', '-h'])).toEqual({ help: expect.not.stringContaining('user create') })
  })

  test.each([
    [[], /No command is given/],
    [['nonsense'], /no command 'nonsense'/],
    [['kb'], /'kb' needs a command/],
    [['kb', 'nonsense'], /no command 'kb nonsense'/],
    [['kb', 'list', '--nonsense'], /Unknown option '--nonsense'/],
    [['kb', 'list', 'extra'], /'extra' is one argument too many/],
    [['kb', 'reindex', 'a', 'b'], /'b' is one argument too many/],
    [['kb', 'import'], /PATH is missing/],
    [['kb', 'import', 'x', '--concurrency'], /--concurrency.* argument missing/],
    [['user', 'create'], /EMAIL is missing/],
    [['user', 'create', 'a@b', '--password', 'secret'], /Unknown option '--password'/],
    [['serve', 'now'], /'now' is one argument too many/],
    [['migrate', 'sideways'], /no command 'migrate sideways'/],
    [['constructor'], /no command 'constructor'/],
  ])('refuses %j with its usage', (argv, message) => {
    let thrown: unknown
    try {
      parseCommandLine(argv)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(UsageError)
    expect(thrown).toMatchObject({
      message: expect.stringMatching(message),
      usage: expect.stringMatching(/^Usage: /),
    })
  })

  test.each([
    ['kb list', [], { limit: '0' }, /--limit must be a whole number from 1 to 1000/],
    ['kb list', [], { limit: '1001' }, /--limit/],
    ['kb import', ['x'], { concurrency: 'many' }, /--concurrency/],
    ['rag calibrate', [], { precision: '0.99' }, /--pairs is missing/],
    ['rag calibrate', [], { pairs: 'x', precision: '99' }, /--precision must be a number from 0.5 to 0.999/],
    ['rag calibrate', [], { pairs: 'x' }, /--precision/],
    ['flags override', ['f'], { to: 'on' }, /--user is missing/],
    ['flags override', ['f'], { user: 'a@b', to: 'maybe' }, /--to must be on, off or none/],
    ['user create', ['a@b'], { role: 'root' }, /--role must be one of user, viewer, admin/],
  ] as [GivenCommand['words'], string[], Record<string, string>, RegExp][])(
    'refuses %s %j %j',
    async (words, operands, options, message) => {
      await expect(commandCall({ words, operands, options })).rejects.toThrow(message)
    },
  )

  test('makes paths absolute for whoever does the work', async () => {
    const call = await commandCall({ words: 'kb import', operands: ['here', '/there'], options: {} })
    expect(call).toEqual({ command: 'kb import', args: { paths: [`${process.cwd()}/here`, '/there'] } })
  })

  test('ends with 2 and the usage for what it does not understand, with 0 for help', async () => {
    const [wrong, help] = await Promise.all([
      voiceassist(['kb', 'lst'], {}),
      voiceassist(['kb', 'import', '-h'], {}),
    ])
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toMatch(/^voiceassist: There is no command 'kb lst'\.\nUsage: /)
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--concurrency N') })
  })

  test('says what is wrong with the configuration in one line', async () => {
    const { code, stderr } = await voiceassist(['kb', 'list'], { DB_POOL_SIZE: 'many' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^voiceassist: DB_POOL_SIZE [^\n]+\n$/)
  })
})
