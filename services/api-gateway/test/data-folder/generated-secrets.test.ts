import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { existingAuditKey, generatedAuditKey, generatedTokenSecret } from '#src/data-folder/generated-secrets'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'va-secrets-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('secrets are made once, are long, and only their owner reads them', () => {
  const token = generatedTokenSecret(folder)
  const key = generatedAuditKey(folder)
  expect(key).not.toBe(token)
  for (const secret of [token, key]) expect(Buffer.from(secret, 'base64')).toHaveLength(32)
  expect(generatedTokenSecret(folder)).toBe(token)
  expect(generatedAuditKey(folder)).toBe(key)
  for (const file of ['secrets.json', 'audit-key.json'])
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
})

test('a damaged file is an error that names the remedy and shows nothing of it', () => {
  writeFileSync(join(folder, 'secrets.json'), '{"tokenSecret":"abc')
  expect(() => generatedTokenSecret(folder)).toThrowError(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      field: 'TOKEN_SECRET',
      message: expect.not.stringContaining('abc'),
    }),
  )
})

test('a command takes the key that a gateway has made, and makes none', () => {
  const missing = expect.objectContaining({ code: 'CONFIG_INVALID', field: 'AUDIT_HMAC_KEY' })
  expect(() => existingAuditKey(folder)).toThrowError(missing)
  const key = generatedAuditKey(folder)
  expect(existingAuditKey(folder)).toBe(key)
})
