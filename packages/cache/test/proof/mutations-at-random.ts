import { guard } from './guard.js'

const script = 'remote/scripted-partition.js'
const partition = 'mirror/partition.js'
const mirror = 'mirror/records.js'
const acknowledger = 'write/acknowledger.js'
const invalidator = 'write/invalidator.js'

/** What random runs go red for when it is gone. */
export const guardsAtRandom = [
  guard('a fill shows its token', [script, 'let stored = mine && ', 'let stored = ']),
  guard('a fill is judged by what ran since its read point', [
    script,
    ' && !records.voids(header, key, namespace, header.tags) && keepMs',
    ' && keepMs',
  ]),
  guard('a late set meets the mark', [
    script,
    '((version >= 0 ? mark?.barrier : mark?.seq) ?? 0) > known.seq ||',
    '',
  ]),
  guard('a late set meets the records', [
    script,
    'records.voids(known, key, request.namespace, request.tags) ||',
    '',
  ]),
  guard('an invalidation ends leases', [script, 'this.leases.delete(key);\n        try {', 'try {']),
  guard('a value is judged by the records', [
    script,
    'found && !records.voids(found.header, key, namespace, found.header.tags);',
    'found;',
  ]),
  guard('a new gen is another one', [
    'remote/scripted-server.js',
    'newGen: options.newId',
    "newGen: () => '1234567890abcdef'",
  ]),
  guard('another gen is void', ['remote/partition-records.js', 'if (at.gen !== this.gen)', 'if (false)']),
  guard('a namespace is recorded', [
    'remote/partition-records.js',
    'this.namespaces.set(name, this.seq);',
    ';',
  ]),
  guard('flights are hit by keys', [partition, 'this.flights.hitKey(key, seq);', '']),
  guard('memory loses what a message names', [
    partition,
    'if (this.#common.memory.deleteBelow(key, seq))',
    'if (false)',
  ]),
  guard('another gen is void here', [partition, 'if (gen !== this.gen)', 'if (false)']),
  guard('a namespace voids here', [
    mirror,
    'if ((this.#namespaces.get(namespace)?.seq ?? 0) > seq)',
    'if (false)',
  ]),
  guard('a tag voids here', [mirror, 'if ((this.#tags.get(tag)?.seq ?? 0) > seq)', 'if (false)']),
  guard('memory keeps nothing of a flight that was hit', [
    'memory/keep.js',
    ' || flight.voidSeq > kept.seq',
    '',
  ]),
  guard('trust is asked for at the hit', ['memory/memory-tier.js', ' && nowMs < epoch.trustedUntilMs', '']),
  guard('trust is asked for at a late hit', ['read/held.js', '!partition.trusted(nowMs) || ', '']),
  guard('a plain read is judged by what is known here', [
    'read/adopt.js',
    '!partition.voids(header.gen, header.seq, flight.key, flight.namespace, header.tags)',
    'true',
  ]),
  guard('reading anew takes over all records', [partition, 'this.records.replace(meta);', '']),
  guard('own invalidations act here before the call returns', [
    'mirror/sync.js',
    'return partition.apply(scope, at.seq);',
    'return 0;',
  ]),
  guard('seen moves by messages alone', [
    partition,
    'if (seq > this.known)',
    'if (seq > this.seen) this.seen = seq; if (seq > this.known)',
  ]),
  guard('positions are compared before trust', [
    'mirror/heartbeat.js',
    'if (reply.seq <= partition.seen)',
    'if (true)',
  ]),
  guard('a writer waits for all rows', [acknowledger, 'known && missing().length === 0', 'known']),
  guard('a writer waits for the lease', [acknowledger, 'if (nowMs >= startedMs + patienceMs)', 'if (true)']),
  guard('what could not be sent is journaled', [invalidator, 'partition.journal.add(scope);', '']),
  guard('what could not be sent ends trust', [invalidator, '        partition.distrust();\n', '']),
  guard(
    'loads without the second tier begin after the call',
    [
      'read/local-loads.js',
      'running.next ??= new Deferred(load);\n            return running.next.promise;',
      'return running.first.promise;',
    ],
    [
      'read/local-loads.js',
      'const state = { next: undefined };',
      'const state = { next: undefined, first };',
    ],
  ),
  guard('without the second tier nothing is kept', [
    'read/loads.js',
    'return outcome(loading, at, await this.#run(loading, loader));',
    `const brought = await this.#run(loading, loader);
            loading.partition.epoch.trustedUntilMs = this.#core.clock.monotonic() + 1000;
            return keepHere(this.#core, loading, at, brought);`,
  ]),
]
