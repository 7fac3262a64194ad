import type { AcquireReply, Meta, Registry, RegistryRow } from '../remote/remote-tier.js'

/** What scripts answer: numbers, and strings as bytes. */
export type Reply = readonly (Buffer | number | null | Reply)[]

const text = (item: Reply[number] | undefined): string => (item as Buffer).toString('latin1')

export function position(reply: Reply, at: number): { gen: string; seq: number } {
  return { gen: text(reply[at]), seq: Number(reply[at + 1]) }
}

function outcome<Outcome extends string>(reply: Reply): Outcome {
  return text(reply[0]) as Outcome
}

export function acquired(reply: Reply): AcquireReply {
  const base = { ...position(reply, 1), timeMs: Number(reply[3]) }
  const kind = outcome<AcquireReply['outcome']>(reply)
  if (kind === 'value') return { ...base, outcome: kind, envelope: reply[4] as Buffer }
  if (kind === 'wait') return { ...base, outcome: kind, leaseLeftMs: Math.max(0, Number(reply[4])) }
  return reply[4] ? { ...base, outcome: kind, stale: reply[4] as Buffer } : { ...base, outcome: kind }
}

/** The fields of scripts/: gen, seq, floor, patterns, and n: and t: with a name. */
export function meta([timeMs, fields]: Reply): Meta {
  const found = new Map<string, Buffer>()
  const namespaces = new Map<string, number>()
  const tags = new Map<string, number>()
  for (const [name, value] of pairs(fields as Reply)) {
    if (name.startsWith('n:')) namespaces.set(name.slice(2), Number(value))
    else if (name.startsWith('t:')) tags.set(name.slice(2), Number(value))
    else found.set(name, value)
  }
  return {
    gen: text(found.get('gen')),
    seq: Number(found.get('seq')),
    floor: Number(found.get('floor')),
    timeMs: Number(timeMs),
    namespaces,
    tags,
    patterns: patterns(found.get('patterns') ?? Buffer.alloc(0)),
  }
}

function patterns(bytes: Buffer): Map<string, number> {
  const found = new Map<string, number>()
  for (let at = 0; at < bytes.length; ) {
    const end = at + 18 + bytes.readUInt16BE(at)
    found.set(bytes.toString('utf8', at + 18, end), bytes.readDoubleBE(at + 2))
    at = end
  }
  return found
}

export function registry([run, timeMs, fields]: Reply): Registry {
  let nonce = ''
  const rows = new Map<string, RegistryRow>()
  for (const [name, value] of pairs(fields as Reply)) {
    if (name === 'nonce') nonce = text(value)
    else
      rows.set(name.slice(2), {
        counter: value.readDoubleBE(0),
        ageMs: Math.max(0, Number(timeMs) - value.readDoubleBE(8)),
        info: value.toString('utf8', 16),
      })
  }
  return { nonce, run: text(run), rows }
}

function* pairs(fields: Reply): Iterable<[string, Buffer]> {
  for (let at = 0; at < fields.length; at += 2)
    yield [(fields[at] as Buffer).toString('utf8'), fields[at + 1] as Buffer]
}
