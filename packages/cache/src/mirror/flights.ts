import type { Arriving } from './arriving.js'
import type { LoadedValue } from './loaded-value.js'

/**
 * An operation that may bring a value into memory: a read of the second tier, a load, a set. It stands here, outside
 * of the order of eviction, so that an invalidation that comes meanwhile can reach it.
 */
export class Flight implements Arriving {
  readonly key: string
  readonly namespace: string
  voidSeq = -1
  /** The read point, once there is one. */
  readSeq = -1
  /** Known late, when the loader names them. */
  tags: readonly string[] = []
  /** Wakes who waits for another's lease. */
  wake: (() => void) | undefined
  /** A wake-up came, perhaps before it was waited for. */
  woken = false
  /** A newcomer may join it: begun here, and not hit since. */
  isJoinable = false
  /** Begun earlier, of the same key. */
  next: Flight | undefined

  #promise: Promise<LoadedValue> | undefined
  #resolve: ((loaded: LoadedValue) => void) | undefined
  #reject: ((error: unknown) => void) | undefined

  constructor(key: string, namespace: string) {
    this.key = key
    this.namespace = namespace
  }

  /** For those who came while it was under way; most flights end without. */
  join(): Promise<LoadedValue> {
    this.#promise ??= new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    return this.#promise
  }

  resolve(loaded: LoadedValue): void {
    this.#resolve?.(loaded)
  }

  reject(error: unknown): void {
    this.#reject?.(error)
  }
}

/** The flights of one partition. */
export class Flights {
  readonly #byKey = new Map<string, Flight>()

  get empty(): boolean {
    return this.#byKey.size === 0
  }

  add(flight: Flight): void {
    flight.next = this.#byKey.get(flight.key)
    this.#byKey.set(flight.key, flight)
  }

  remove(flight: Flight): void {
    let other = this.#byKey.get(flight.key)
    if (other === flight) {
      if (flight.next) this.#byKey.set(flight.key, flight.next)
      else this.#byKey.delete(flight.key)
      return
    }
    while (other && other.next !== flight) other = other.next
    if (other) other.next = flight.next
  }

  joinable(key: string): Flight | undefined {
    let flight = this.#byKey.get(key)
    while (flight && !flight.isJoinable) flight = flight.next
    return flight
  }

  /** Adds what newcomers join from now on, in place of any other. */
  offer(flight: Flight): void {
    this.add(flight)
    for (let other = flight.next; other; other = other.next) other.isJoinable = false
    flight.isJoinable = true
  }

  /** Adds what nobody joins, nor what was offered before. */
  withhold(flight: Flight): void {
    this.add(flight)
    for (let other = flight.next; other; other = other.next) other.isJoinable = false
  }

  /** Nobody joins it any more, and what it brings is kept only if its read point is not below `seq`. */
  hit(flight: Flight, seq: number): void {
    if (flight.voidSeq < seq) flight.voidSeq = seq
    if (flight.readSeq < seq) flight.isJoinable = false
  }

  hitKey(key: string, seq: number): void {
    for (let flight = this.#byKey.get(key); flight; flight = flight.next) {
      this.hit(flight, seq)
      wake(flight) // the lease that somebody waits for went with the value
    }
  }

  hitWhere(seq: number, reaches: (flight: Flight) => boolean): void {
    for (const first of this.#byKey.values())
      for (let flight: Flight | undefined = first; flight; flight = flight.next)
        if (reaches(flight)) this.hit(flight, seq)
  }

  wake(key: string): void {
    for (let flight = this.#byKey.get(key); flight; flight = flight.next) wake(flight)
  }
}

function wake(flight: Flight): void {
  flight.woken = true
  flight.wake?.()
}
