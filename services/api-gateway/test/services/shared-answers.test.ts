import { gate } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { SharedAnswers } from '#src/services/conversations/shared-answers'

type Progress = Parameters<Parameters<SharedAnswers<string>['join']>[2]>[0]

function follower() {
  const gone = new AbortController()
  const told: string[] = []
  return {
    gone,
    told,
    signal: gone.signal,
    onDelta: (text: string) => void told.push(text),
    onReset: (reason: string) => void told.push(`reset ${reason}`),
  }
}

/** A writing that a test drives. */
function writing() {
  const begun: Progress[] = []
  const release = gate()
  return {
    begun,
    release,
    async write(progress: Progress): Promise<string> {
      begun.push(progress)
      await Promise.race([
        release.opened,
        new Promise((_, reject) =>
          progress.signal.addEventListener('abort', () => reject(progress.signal.reason)),
        ),
      ])
      return `answer ${begun.length}`
    },
  }
}

describe('an answer that several wait for', () => {
  test('is written once, and who comes late is told what was streamed', async () => {
    const answers = new SharedAnswers<string>()
    const { begun, release, write } = writing()
    const [first, second, third] = [follower(), follower(), follower()]
    const one = answers.join('a', first, write)
    begun[0]!.onDelta('Fev')
    const two = answers.join('a', second, write)
    begun[0]!.onDelta('er')
    begun[0]!.onReset('stalled')
    const three = answers.join('a', third, write)
    begun[0]!.onDelta('Cough')
    release.open()
    expect(await Promise.all([one, two, three])).toEqual(['answer 1', 'answer 1', 'answer 1'])
    expect(first.told).toEqual(['Fev', 'er', 'reset stalled', 'Cough'])
    expect(second.told).toEqual(first.told)
    expect(third.told).toEqual(['Cough'])
  })

  test('is cancelled when the last of them goes, and not before', async () => {
    const answers = new SharedAnswers<string>()
    const { begun, write } = writing()
    const [first, second] = [follower(), follower()]
    const one = answers.join('a', first, write)
    const two = answers.join('a', second, write)
    first.gone.abort(new Error('first'))
    await expect(one).rejects.toThrow('first')
    expect(begun[0]!.signal.aborted).toBe(false)
    begun[0]!.onDelta('Fever')
    expect([first.told, second.told]).toEqual([[], ['Fever']])
    second.gone.abort(new Error('second'))
    await expect(two).rejects.toThrow('second')
    expect(begun[0]!.signal.aborted).toBe(true)
  })

  test('is begun anew by who comes after that, and does not wait for the cancelled one', async () => {
    const answers = new SharedAnswers<string>()
    const stuck = gate()
    const first = follower()
    const one = answers.join('a', first, async () => {
      await stuck.opened // cannot be cancelled any more
      return 'cancelled'
    })
    first.gone.abort(new Error('gone'))
    await expect(one).rejects.toThrow('gone')
    expect(await answers.join('a', follower(), async () => 'new')).toBe('new')
    const held = writing()
    const three = answers.join('a', follower(), held.write)
    stuck.open()
    await one.catch(() => {})
    const four = answers.join('a', follower(), held.write)
    held.release.open()
    expect(await Promise.all([three, four])).toEqual(['answer 1', 'answer 1'])
  })

  test('is nothing to who has gone already; a failure goes to all, and is not kept', async () => {
    const answers = new SharedAnswers<string>()
    const gone = follower()
    gone.gone.abort(new Error('gone'))
    const { begun, write } = writing()
    await expect(answers.join('a', gone, write)).rejects.toThrow('gone')
    expect(begun).toEqual([])
    const failing = gate()
    const fail = async () => {
      await failing.opened
      throw new Error('failed')
    }
    const both = [answers.join('a', follower(), fail), answers.join('a', follower(), write)]
    failing.open()
    for (const result of await Promise.allSettled(both))
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'failed' } })
    expect(await answers.join('a', follower(), async () => 'next')).toBe('next')
  })
})
