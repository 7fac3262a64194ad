import { expect, test } from 'vitest'
import { readOptions } from '#src/load/options'

test.each([
  'http://example.org',
  'http://10.0.0.1:8000',
  'http://0.0.0.0:8000',
  'http://127.0.0.1.example.org',
  'http://localhost.example.org',
  'http://[2001:db8::1]:8000',
  'http://user@192.168.0.1',
  'ftp://127.0.0.1',
])('%s is refused: it is not of this machine', url => {
  expect(() => readOptions(['--url', url])).toThrow(
    expect.objectContaining({ code: 'LOAD_NOT_LOOPBACK', field: 'url', remedy: expect.any(String) }),
  )
})

test.each([
  ['http://127.0.0.1:8000/docs', 'http://127.0.0.1:8000'],
  ['http://127.1:8000', 'http://127.0.0.1:8000'],
  ['http://[::1]:8000', 'http://[::1]:8000'],
  // A name is not looked up.
  ['http://localhost:8000', 'http://127.0.0.1:8000'],
])('%s is of this machine', (url, origin) => {
  expect(readOptions(['--url', url])).toMatchObject({ urls: [origin] })
})

test.each([
  [['--minutes', '721'], 'minutes'],
  [['--minutes', 'long'], 'minutes'],
  [['--requests', '10000001'], 'requests'],
  [['--requests', '1.5'], 'requests'],
  [['--users', '2001'], 'users'],
  [['--rate', '5001'], 'rate'],
  [['--think', '0'], 'think'],
  [['--gateways', '9'], 'gateways'],
  [['strategies', '--gateways', '2'], 'gateways'],
  [['outage', '--url', 'http://127.0.0.1:8000'], 'url'],
  [['--url', 'nonsense'], 'url'],
  [['storm'], 'SCENARIO'],
  [['steady', 'soak'], 'SCENARIO'],
])('%j is refused, naming %s', (argv, field) => {
  expect(() => readOptions(argv)).toThrow(expect.objectContaining({ code: 'LOAD_OPTION_INVALID', field }))
})

test('nothing given is a steady minute, bounded', () => {
  expect(readOptions([])).toMatchObject({ scenario: 'steady', durationMs: 60_000, requests: 200_000 })
  expect(() => readOptions(['--forever'])).toThrow(expect.objectContaining({ code: 'LOAD_OPTION_INVALID' }))
})
