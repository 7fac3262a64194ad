import fc from 'fast-check'
import { Command } from 'ioredis'
import { expect, test } from 'vitest'
import { WireCommand } from '#src/redis/wire-command'

const socket = {}
const bytesOf = (command: Command) => Buffer.from(command.toWritable(socket) as string)

test('a command is written as the client itself would write it', () => {
  const text = fc.string({ unit: 'binary' })
  const bytes = fc.uint8Array().map(each => Buffer.from(each))
  const values = fc.array(fc.oneof(text, bytes, fc.maxSafeInteger()))
  fc.assert(
    fc.property(fc.constantFrom('get', 'evalsha'), values, (name, args) => {
      expect(bytesOf(new WireCommand(name, args))).toEqual(bytesOf(new Command(name, args)))
    }),
  )
})
