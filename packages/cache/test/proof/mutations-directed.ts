import { guard } from './guard.js'
import type { Mutation } from './mutant-engine.js'

const beat = 'mirror/heartbeat.js'
const sync = 'mirror/sync.js'
const setter = 'write/setter.js'
const leases = 'read/leases.js'
const noneJoins: [string, string, string] = [
  'read/reader.js',
  'if (!isFresh(partition, current, loaded, joined))',
  'if (false)',
]

/** What random runs reach too seldom, or not at all, and the run that goes red for it. */
export const guardsDirected: readonly (readonly [run: string, without: Mutation])[] = [
  [
    'a call joins a load whose tags were invalidated before they were known',
    guard('a joiner looks whether the value is fresh', noneJoins),
  ],
  [
    'a process goes on after a stop and is asked before it hears',
    guard('joining needs trust', [
      'read/reader.js',
      'if (current && partition.trusted(core.clock.monotonic()))',
      'if (current)',
    ]),
  ],
  [
    'a plain read without trust finds what a lost message made void',
    guard(
      'a plain read is believed under trust',
      ['read/adopt.js', 'partition.trusted(nowMs) &&', ''],
      ['read/reader.js', '!believed || ', ''],
    ),
  ],
  [
    'a load in memory alone is under way while messages are lost',
    guard('flights are void when trust ends', [
      'mirror/partition.js',
      'this.flights.hitWhere(Number.POSITIVE_INFINITY, () => true);',
      '',
    ]),
  ],
  [
    'a key is deleted while many are read',
    guard('reads of many are told of keys', [
      'mirror/partition.js',
      'this.#common.keyHits.hit(key, seq);',
      '',
    ]),
  ],
  [
    'messages are lost while many are read',
    guard('reads of many are void when trust ends', [
      'read/find-many.js',
      ' || each.epoch !== home.epoch',
      '',
    ]),
  ],
  [
    'a pattern reaches a load in memory alone',
    guard(
      'a pattern hits flights, and what is void is not kept',
      ['mirror/partition.js', 'this.flights.hitWhere(seq, flight => matchGlob(pattern, flight.key));', ''],
      ['memory/keep.js', 'if (partition.voids(kept.gen, kept.seq, key, namespace, kept.tags))', 'if (false)'],
    ),
  ],
  [
    'a key that is deleted while a load is under way is asked for anew',
    guard(
      'nobody joins what was hit',
      ['mirror/flights.js', 'if (flight.readSeq < seq)', 'if (false)'],
      noneJoins,
    ),
  ],
  [
    'a pattern is recorded, and its walk stands still',
    guard('a pattern voids here', [
      'mirror/records.js',
      'return this.matchesPattern(key, seq);',
      'return false;',
    ]),
  ],
  [
    'a deletion is heard of before the answer to an older set',
    guard('sets are flights', [setter, '        partition.flights.withhold(flight);\n', '']),
  ],
  [
    'a process sets before the second tier has answered it',
    guard('a set carries what was known at the call', [
      setter,
      'write.known ?? nothingKnown(partition)',
      'write.known ?? knownOf(partition)',
    ]),
  ],
  [
    'two versions are set, the newer first, and its message is on its way',
    guard('older copies go where a newer version stands', [
      setter,
      'sync.applyOwn(partition, scope, reply);',
      "if (reply.outcome === 'kept') return { stored: false, journaled: false, at: null }; sync.applyOwn(partition, scope, reply);",
    ]),
  ],
  [
    'a set of an older version follows a deletion',
    guard('a mark keeps the version that was removed', [
      'remote/scripted-partition.js',
      'Math.max(standing?.version ?? -1, mark?.version ?? -1) >= version',
      '(standing?.version ?? -1) >= version',
    ]),
  ],
  [
    'a set in memory alone runs after a newer one elsewhere',
    guard('a value kept in memory alone follows what was known', [
      setter,
      'follows(write.known, position) && ',
      '',
    ]),
  ],
  [
    'an answer to the walk of a pattern is lost',
    guard('each batch of a walk has a deadline', [
      'write/invalidator.js',
      "await shared.guard.run('scan', null, () => batches.next())",
      'await batches.next()',
    ]),
  ],
  [
    'a deletion that could not be sent is followed by a load',
    guard('the journal goes before a load', [
      'read/loads.js',
      'if (partition.journal.size > 0 && !(await this.#invalidator.replay(partition)))',
      'if (false)',
    ]),
  ],
  [
    'a deletion that could not be sent is followed by a plain read',
    guard('the journal goes before a plain read', ['read/reader.js', ' || partition.journal.size > 0', '']),
  ],
  [
    'a loader fails, and another instance asks',
    guard('a load that failed ends its lease', [
      leases,
      "    guard.probe('release'",
      "    if (guard) return;\n    guard.probe('release'",
    ]),
  ],
  [
    'a namespace is cleared while a load of it hangs',
    guard('nobody waits for a lease that is void', [
      'remote/scripted-partition.js',
      'if (other && !records.voids(other, key, namespace, [])) {',
      'if (other) {',
    ]),
  ],
  [
    'a loader is slower than a lease',
    guard('a lease is renewed', [leases, 'const renewMs = 1500;', 'const renewMs = 1e9;']),
  ],
  [
    'the message that a load has ended is lost',
    guard('who waits looks again', [leases, 'Math.min(lastLookMs, firstLookMs * 2 ** attempt)', '1e9']),
  ],
  [
    'two batches each hold what the other waits for',
    guard('a batch loads what it was granted before it waits', [
      'read/loads.js',
      'loading.batch?.waits();',
      '',
    ]),
  ],
  [
    'so many tags are invalidated that records go',
    guard('the floor rises with them', ['remote/partition-records.js', 'this.floor = seq;', '']),
  ],
  [
    'so many tags are invalidated that records go',
    guard('what is below the floor is void here', [
      'mirror/records.js',
      'if (this.#floor > seq)',
      'if (false)',
    ]),
  ],
  [
    'the server comes back as an older copy',
    guard('a new connection is used when records were read', [
      sync,
      "void this.resync(partition, 'connected')",
      'partition.connected = true',
    ]),
  ],
  [
    'an older copy is there, and newer invalidations hide that',
    guard('records name the run of the server', [
      'remote/scripted-partition.js',
      'this.records.run !== this.#around.run()',
      'false',
    ]),
  ],
  [
    'an own invalidation is answered while records are read',
    guard('own invalidations wait for the records', [
      sync,
      'this.#queues.get(partition)?.push({ at, scope, note: null });',
      '',
    ]),
  ],
  [
    'the registry is lost, and an instance is not in the new one yet',
    guard('a registry is known for long enough', [
      'write/acknowledger.js',
      'this.#core.clock.monotonic() >= known.sinceMs + patienceMs',
      'true',
    ]),
  ],
  [
    'a message is lost, and the next one arrives',
    guard('a gap is a reason to read anew', [sync, 'if (at.seq > partition.seen + 1)', 'if (false)']),
  ],
  [
    'the answer to a heartbeat lies in the buffer of a stopped process',
    guard('trust counts from sending', [
      beat,
      'const untilMs = sentMs + leaseMs - marginMs;',
      'const untilMs = clock.monotonic() + leaseMs - marginMs;',
    ]),
  ],
  [
    'an instance comes back whose row was removed',
    guard(
      'the row is renewed before positions are read',
      [beat, "await guard.probe('positions', null, () => remote.positions());", 'await early;'],
      [
        beat,
        "const row = await guard.probe('renewRow'",
        "const early = guard.probe('positions', null, () => remote.positions()); early.catch(() => {}); const row = await guard.probe('renewRow'",
      ],
    ),
  ],
  [
    'a machine is suspended, and others go on',
    guard('wall time is compared', [beat, 'drift > suspendedMs', 'false']),
  ],
  [
    'a message overtakes the positions',
    guard('positions are compared with what was seen when they were asked for', [
      beat,
      'reply.seq < before.seen',
      'reply.seq < partition.seen',
    ]),
  ],
  [
    'the positions overtake a message',
    guard('messages may be late', [beat, 'const graceMs = 250;', 'const graceMs = 0;']),
  ],
]
