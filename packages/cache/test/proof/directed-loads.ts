import type { Directed } from './stage.js'

export const directedLoads: readonly Directed[] = [
  {
    name: 'a loader fails, and another instance asks',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'u:1', {}, { fails: true })
      await world.flush()
      const task = operations.getOrSet(b, 'u:1')
      await world.tick(1000, true)
      stage.expect(task.done, 'the other instance waits for a load that has failed')
    },
  },
  {
    name: 'a namespace is cleared while a load of it hangs',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'u:1')
      await stage.flush()
      world.source.forget(a.id)
      operations.clear(b, 'u')
      await stage.flush()
      const task = operations.getOrSet(b, 'u:1')
      await world.tick(1000, true)
      stage.expect(task.done, 'who asks after the clearing waits for the load from before')
    },
  },
  {
    name: 'a loader is slower than a lease',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'u:1')
      await stage.flush()
      await stage.pass(12_000)
      operations.getOrSet(b, 'u:1')
      await stage.pass(1000)
      stage.expect(world.source.calls === 1, 'a second loader runs beside the first')
    },
  },
  {
    name: 'the message that a load has ended is lost',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'u:1')
      await stage.flush()
      const task = operations.getOrSet(b, 'u:1')
      await stage.flush()
      await world.answerLoad(world.source.loads[0]!)
      await stage.flush(a)
      b.bus = []
      await stage.pass(300)
      stage.expect(task.done, 'who waited for the load waits on')
    },
  },
  {
    name: 'two batches each hold what the other waits for',
    async run(stage) {
      const { world, operations, a, b } = stage
      const tasks = [operations.getOrSetMany(a, ['u:1', 'd:1']), operations.getOrSetMany(b, ['d:1', 'u:1'])]
      await world.settle()
      for (const node of [a, b]) {
        await world.run(stage.call('getMany', node))
        await world.answer(stage.call('getMany', node))
      }
      for (const node of [a, b]) await world.run(stage.call('acquire', node))
      await world.tick(1000, true)
      stage.expect(
        tasks.every(({ done }) => done),
        'the batches wait for each other',
      )
    },
  },
]
