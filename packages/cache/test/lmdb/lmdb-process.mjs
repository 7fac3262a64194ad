import { writeEnvelope } from '#src/codec/envelope'
import { lmdbTier } from '#src/lmdb'

// A process that holds an LMDB tier and does what its parent says: 'write' without end, or 'close'.
let tier
try {
  tier = lmdbTier({ path: process.argv[2] })
} catch (error) {
  process.send({ refused: error.code, message: error.message })
  process.exit()
}

const note = { from: 'child', acknowledge: false }
const namespace = 'user'

async function write(count) {
  for (let n = 0; n < count; n++) {
    const key = `user:${n % 500}`
    const token = `t${n}`
    const { gen, seq, timeMs } = await tier.acquire({ partition: 0, key, namespace, token, leaseMs: 60_000 })
    const header = {
      gen,
      seq,
      expiresAtMs: timeMs + 600_000,
      createdAtMs: timeMs,
      version: -1,
      loadMs: 0,
      staleMs: 0,
      token,
      tags: [],
    }
    const envelope = writeEnvelope({ header, flags: 0, payload: Buffer.alloc(2000, n) })
    await tier.fill({ partition: 0, key, namespace, token, envelope, keepMs: 600_000 })
    if (n % 3 === 0) await tier.invalidateKeys(0, [`user:${(n * 7) % 500}`], note)
    if (n % 100 === 99) {
      process.send({ written: n + 1 })
      await new Promise(resolve => setImmediate(resolve))
    }
  }
}

process.on('message', async ({ command, count }) => {
  if (command === 'write') await write(count ?? Number.POSITIVE_INFINITY)
  if (command === 'close') {
    await tier.close()
    process.disconnect()
  }
})

const ignore = () => {}
tier.open(
  {
    message: ignore,
    busLost: ignore,
    busBack: ignore,
    connectionLost: ignore,
    connected: () => process.send({ opened: true }),
  },
  { prefix: 'va', instance: 'child' },
)
