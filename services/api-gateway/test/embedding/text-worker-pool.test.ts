import { EventEmitter } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { type TextJob, TextWorkerPool } from '#src/embedding/text-worker-pool'

/** A worker that answers when a test says so. */
class HeldWorker extends EventEmitter {
  readonly jobs: TextJob[] = []
  isTerminated = false

  postMessage(job: TextJob): void {
    this.jobs.push(job)
  }

  async terminate(): Promise<number> {
    this.isTerminated = true
    this.emit('exit', 1)
    return 1
  }

  get texts(): string[] {
    return this.jobs.map(({ text }) => text)
  }

  answer(): void {
    const { id, text } = this.jobs.shift()!
    this.emit('message', { id, vector: vectorOf(text) })
  }
}

const vectorOf = (text: string) => Float32Array.of(text.length)

function heldPool(size: number) {
  const workers: HeldWorker[] = []
  const pool = new TextWorkerPool({
    size,
    spawn: () => {
      workers.push(new HeldWorker())
      return workers.at(-1) as unknown as Worker
    },
  })
  return { pool, workers }
}

const failed = { code: 'EMBEDDER_FAILED' }

test('no worker is started before the first text, and not more than there are texts', async () => {
  const { pool, workers } = heldPool(3)
  expect(workers).toHaveLength(0)
  const call = pool.run(['a', 'bb'])
  expect(workers.map(worker => worker.texts)).toEqual([['a'], ['bb']])
  workers[1]!.answer()
  workers[0]!.answer()
  expect(await call).toEqual([vectorOf('a'), vectorOf('bb')])
})

test('a worker has two texts at most', async () => {
  const { pool, workers } = heldPool(2)
  const call = pool.run(['a', 'b', 'c', 'd', 'e', 'f'])
  expect(workers.map(worker => worker.texts)).toEqual([
    ['a', 'c'],
    ['b', 'd'],
  ])
  workers[1]!.answer()
  expect(workers[1]!.texts).toEqual(['d', 'e'])
  for (const worker of [0, 0, 0, 1, 1]) workers[worker]!.answer()
  expect(await call).toHaveLength(6)
})

test('an interactive text goes before queued batch work', async () => {
  const { pool, workers } = heldPool(1)
  const batch = pool.run(['a', 'b', 'c', 'd'])
  const interactive = pool.run(['now'], { priority: 'interactive' })
  workers[0]!.answer()
  expect(workers[0]!.texts).toEqual(['b', 'now'])
  for (let left = 4; left > 0; left -= 1) workers[0]!.answer()
  expect(await interactive).toEqual([vectorOf('now')])
  expect(await batch).toHaveLength(4)
})

test('an aborted call drops what it has queued and leaves other calls alone', async () => {
  const { pool, workers } = heldPool(1)
  const controller = new AbortController()
  const aborted = pool.run(['a', 'b', 'c', 'd'], { signal: controller.signal })
  const other = pool.run(['other'])
  const reason = new Error('gone')
  controller.abort(reason)
  await expect(aborted).rejects.toBe(reason)
  workers[0]!.answer()
  workers[0]!.answer()
  expect(workers[0]!.texts).toEqual(['other'])
  workers[0]!.answer()
  expect(await other).toEqual([vectorOf('other')])
})

test('a crash fails the texts that the worker had, and another worker takes its place', async () => {
  const { pool, workers } = heldPool(1)
  const crashed = pool.run(['a'])
  const crashedToo = pool.run(['b', 'never sent'])
  const waiting = pool.run(['c'])
  workers[0]!.emit('error', new Error('out of memory'))
  workers[0]!.emit('exit', 1)
  await expect(crashed).rejects.toMatchObject(failed)
  await expect(crashedToo).rejects.toMatchObject(failed)
  expect(workers).toHaveLength(2)
  while (workers[1]!.jobs.length > 0) workers[1]!.answer()
  expect(await waiting).toEqual([vectorOf('c')])
})

test('a text that fails fails its call, without a word of it', async () => {
  const { pool, workers } = heldPool(1)
  const call = pool.run(['secret', 'b', 'c'])
  const other = pool.run(['d'])
  const { id } = workers[0]!.jobs.shift()!
  workers[0]!.emit('message', { id, failure: 'RangeError' })
  await expect(call).rejects.toMatchObject({ ...failed, message: 'The embedder failed: RangeError' })
  while (workers[0]!.jobs.length > 0) workers[0]!.answer()
  expect(await other).toEqual([vectorOf('d')])
})

test('closing fails what is under way and queued, and stops the workers', async () => {
  const { pool, workers } = heldPool(1)
  const calls = [pool.run(['a', 'b', 'c']), pool.run(['d'])]
  const settled = Promise.allSettled(calls)
  await pool.close()
  for (const outcome of await settled) expect(outcome).toMatchObject({ status: 'rejected', reason: failed })
  expect(workers.map(worker => worker.isTerminated)).toEqual([true])
  await expect(pool.run(['e'])).rejects.toMatchObject(failed)
  expect(workers).toHaveLength(1)
})
