import type { Confirmation, Note, PartitionPosition, RemoteMessage, Scope } from '../remote/remote-tier.js'

const kinds = { K: 'keys', T: 'tags', N: 'namespaces', P: 'patterns', A: 'all' } as const
type Letter = keyof typeof kinds
const letters = { keys: 'K', tags: 'T', namespaces: 'N', patterns: 'P' } as const

/**
 * On the bus: `I` and invalidations with carriage returns between; each has positions as `partition gen seq` with
 * commas between, a line feed, and a body, which the sender made and the script only passed on: a letter, 1 if somebody
 * waits for confirmations else 0, the sender, and after a line feed each, names: none of these holds control
 * characters. Or `W`, partition, space, key. In an instance's inbox: `C` and JSON.
 */
export function invalidationBody(scope: Scope | { kind: 'keys'; names: readonly string[] }, note: Note) {
  return `${invalidationHead(scope.kind, note)}\n${scope.names.join('\n')}`
}

export function invalidationHead(kind: keyof typeof letters, note: Note): string {
  return `${letters[kind]}${note.acknowledge ? 1 : 0}${note.from}`
}

export function confirmationMessage(confirmation: Confirmation): string {
  return `C${JSON.stringify(confirmation)}`
}

/** None for what is not of this format: nobody else should publish here, but anybody can. */
export function parseMessages(bytes: Buffer): readonly RemoteMessage[] {
  try {
    const kind = bytes[0]
    if (kind === 0x49) return bytes.toString('utf8', 1).split('\r').map(parseInvalidation)
    if (kind === 0x57) return [parseWake(bytes.toString('utf8', 1))]
    if (kind === 0x43) return [{ kind: 'confirmed', confirmation: JSON.parse(bytes.toString('utf8', 1)) }]
  } catch {
    // Falls through.
  }
  return []
}

function parseInvalidation(text: string): RemoteMessage {
  const [positions, head, ...names] = text.split('\n') as [string, string, ...string[]]
  const kind = kinds[head[0] as Letter]
  return {
    kind: 'invalidated',
    at: positions.split(',').map(parsePosition),
    scope: kind === 'all' ? { kind } : { kind, names },
    note: { from: head.slice(2), acknowledge: head[1] === '1' },
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
