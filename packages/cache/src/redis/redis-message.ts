import type { Confirmation, Note, PartitionPosition, RemoteMessage, Scope } from '../remote/remote-tier.js'

type Invalidated = Extract<RemoteMessage, { kind: 'invalidated' }>['scope']

/**
 * On the bus: `I`, positions as `partition gen seq` with commas between, a line feed, and a body of JSON, which the
 * sender made and the script only passed on; or `W`, partition, space, key. In an instance's inbox: `C` and JSON.
 */
export function invalidationBody(scope: Scope | { kind: 'keys'; names: readonly string[] }, note: Note) {
  return JSON.stringify({ kind: scope.kind, names: scope.names, from: note.from, ack: note.acknowledge })
}

export function confirmationMessage(confirmation: Confirmation): string {
  return `C${JSON.stringify(confirmation)}`
}

/** `undefined` for what is not of this format: nobody else should publish here, but anybody can. */
export function parseMessage(bytes: Buffer): RemoteMessage | undefined {
  try {
    const kind = bytes[0]
    if (kind === 0x49) return parseInvalidation(bytes)
    if (kind === 0x57) return parseWake(bytes.toString('utf8', 1))
    if (kind === 0x43) return { kind: 'confirmed', confirmation: JSON.parse(bytes.toString('utf8', 1)) }
  } catch {
    // Falls through.
  }
  return undefined
}

function parseInvalidation(bytes: Buffer): RemoteMessage {
  const end = bytes.indexOf(0x0a)
  const body = JSON.parse(bytes.toString('utf8', end + 1)) as {
    kind: Invalidated['kind']
    names?: string[]
    from?: string
    ack?: boolean
  }
  return {
    kind: 'invalidated',
    at: bytes.toString('latin1', 1, end).split(',').map(parsePosition),
    scope: body.kind === 'all' ? { kind: 'all' } : { kind: body.kind, names: body.names ?? [] },
    note: { from: body.from ?? '', acknowledge: body.ack ?? false },
  }
}

function parsePosition(text: string): PartitionPosition {
  const [partition, gen, seq] = text.split(' ') as [string, string, string]
  return { partition: Number(partition), gen, seq: Number(seq) }
}

function parseWake(text: string): RemoteMessage {
  const space = text.indexOf(' ')
  return { kind: 'wake', partition: Number(text.slice(0, space)), key: text.slice(space + 1) }
}
