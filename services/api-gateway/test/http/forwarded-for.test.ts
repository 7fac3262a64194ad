import { describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from './support/test-app.js'

describe('X-Forwarded-For', () => {
  const trustedProxies = ['10.0.0.0/8', '2001:db8::1']
  const attempts = async (test: TestApp, peer: string, forwarded: readonly string[]) => {
    const codes: number[] = []
    for (const from of forwarded) {
      const { statusCode } = await test.app.inject({
        method: 'POST',
        url: '/api/auth/login',
        remoteAddress: peer,
        headers: { 'x-forwarded-for': from },
        payload: { email: `${from}@example.org`, password: 'wrong' },
      })
      codes.push(statusCode)
    }
    return codes
  }
  const audited = async (test: TestApp) => {
    const rows = await test.database.db
      .selectFrom('audit_logs')
      .select('ip_address')
      .where('error_message', '=', 'INVALID_CREDENTIALS')
      .orderBy('timestamp')
      .execute()
    return rows.map(row => row.ip_address)
  }
  const rateLimits = { requestsPerMinute: 1000, loginsPerMinute: 2 }

  it('of a peer that is not trusted is not believed: neither by limits nor by the audit', async () => {
    for (const overrides of [{ rateLimits }, { rateLimits, trustedProxies }]) {
      const test = await openTestApp({ overrides })
      expect(await attempts(test, '192.0.2.7', ['198.51.100.1', '198.51.100.2', '198.51.100.3'])).toEqual([
        401, 401, 429,
      ])
      expect(await audited(test)).toEqual(['192.0.2.7', '192.0.2.7'])
      await test.close()
    }
  })

  it('of a trusted one is believed, as far as the last peer that is not trusted', async () => {
    const test = await openTestApp({ overrides: { rateLimits, trustedProxies } })
    const chains = ['198.51.100.1', '198.51.100.2', '203.0.113.66, 198.51.100.3, 10.1.1.1', '2001:db8::99']
    expect(await attempts(test, '10.0.0.1', chains)).toEqual([401, 401, 401, 401])
    expect(await audited(test)).toEqual(['198.51.100.1', '198.51.100.2', '198.51.100.3', '2001:db8::99'])
    expect(await attempts(test, '2001:db8::1', ['198.51.100.1', '198.51.100.1'])).toEqual([401, 429])
    await test.close()
  })

  it('is counted by /64 where it is IPv6', async () => {
    const test = await openTestApp({ overrides: { rateLimits, trustedProxies } })
    const one = ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::3']
    expect(await attempts(test, '10.0.0.1', one)).toEqual([401, 401, 429])
    expect(await attempts(test, '10.0.0.1', ['2001:db8:1:3::1'])).toEqual([401])
    await test.close()
  })

  it('that holds no address counts as the proxy’s own', async () => {
    const test = await openTestApp({ overrides: { rateLimits, trustedProxies } })
    expect(await attempts(test, '10.0.0.1', ['unknown', 'x'.repeat(200), '_hidden'])).toEqual([401, 401, 429])
    expect(await audited(test)).toEqual(['10.0.0.1', '10.0.0.1'])
    await test.close()
  })
})
