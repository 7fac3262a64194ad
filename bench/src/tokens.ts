import { parseArgs } from 'node:util'
import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import { createAuthService } from '@voiceassist/api-gateway/services/accounts/auth.service'
import { createAuthTokens } from '@voiceassist/api-gateway/services/accounts/auth-tokens'
import { createLoginCheck } from '@voiceassist/api-gateway/services/accounts/login-check'
import { defaultLoginLimits } from '@voiceassist/api-gateway/services/accounts/login-limits'
import { TokenMemory } from '@voiceassist/api-gateway/services/accounts/token-memory'
import { type Clock, systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '@voiceassist/testkit'
import { jwtVerify } from 'jose'
import { sayFigures } from './cache/report.js'
import { orderOf, spreadOf, timeRatio } from './cache/side-by-side.js'
import { benchDatabase } from './common/bench-database.js'
import { machine, say } from './common/say.js'

const usage = `Usage: npm run bench -- tokens [--database URL]

Logs in once and verifies the token over and over: as the gateway does it for a token that it remembers, by jose's
jwtVerify alone, and by signature and database query. The three take turns; each figure is the median of the rounds.

  --database URL   a PostgreSQL server on which a database is made and dropped again; absent: the embedded one`

const rounds = 31
const secret = 'a secret of the bench, long enough for HS256'
const password = 'correct horse battery'

export async function tokens(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: { database: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return console.log(usage)
  const database = await benchDatabase(values.database, createHashingEmbedder())
  try {
    const { db } = database
    const auth = createAuthService({ db, clock: systemClock, tokenSecret: secret })
    const actor = gatewayActor('bench')
    await auth.createUser(actor, { email: 'bench@example.org', password, role: 'user' })
    const { accessToken } = await auth.login(actor, 'bench@example.org', password)

    const logins = createLoginCheck({ db, clock: systemClock, limits: defaultLoginLimits })
    const reader = createAuthTokens({ secret, clock: systemClock })
    // A clock that stands still: what a remembered token costs between two of its checks.
    const still: Clock = { ...systemClock, monotonic: () => 0 }
    const memory = new TokenMemory({ clock: still, tokens: reader, logins })
    const key = new TextEncoder().encode(secret)
    const ways = {
      remembered: { calls: 20_000, verify: () => memory.verify(accessToken) },
      jwtVerify: { calls: 2000, verify: () => jwtVerify(accessToken, key, { algorithms: ['HS256'] }) },
      query: { calls: 200, verify: async () => logins.check((await reader.read(accessToken))!) },
    }
    const names = Object.keys(ways) as (keyof typeof ways)[]
    const taken = { remembered: [] as number[], jwtVerify: [] as number[], query: [] as number[] }
    for (let round = -1; round < rounds; round++)
      for (const name of orderOf(names, round + 1)) {
        const microseconds = await microsecondsOf(ways[name])
        if (round >= 0) taken[name].push(microseconds) // the first round warms up
      }
    say(`${machine()}, ${database.description}`)
    sayFigures('tokens', [
      ...names.map(name => ({ name, value: spreadOf(taken[name]).median, unit: 'µs' })),
      timeRatio('remembered', 'of jwtVerify', taken.remembered, taken.jwtVerify),
      timeRatio('remembered', 'of signature and query', taken.remembered, taken.query),
    ])
  } finally {
    await database.close()
  }
}

async function microsecondsOf({ calls, verify }: { calls: number; verify: () => Promise<unknown> }) {
  const startedAt = performance.now()
  for (let call = 0; call < calls; call++) await verify()
  return ((performance.now() - startedAt) * 1000) / calls
}
