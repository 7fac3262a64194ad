import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { generatedSecrets } from '#src/data-folder/generated-secrets'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'va-secrets-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('secrets are made once, are long, and only their owner reads them', () => {
  const first = generatedSecrets(folder)
  expect(Buffer.from(first.tokenSecret, 'base64')).toHaveLength(32)
  expect(generatedSecrets(folder)).toEqual(first)
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('a damaged file is an error that names the remedy and shows nothing of it', () => {
  writeFileSync(join(folder, 'secrets.json'), '{"tokenSecret":"abc')
  expect(() => generatedSecrets(folder)).toThrowError(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      field: 'TOKEN_SECRET',
      message: expect.not.stringContaining('abc'),
    }),
  )
})
