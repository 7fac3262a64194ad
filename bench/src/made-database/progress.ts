import { say, sayProgress } from '../common/say.js'

/** Says how much is done and how long the rest will take: drawn over on a terminal; elsewhere a line at the end. */
export function progressOf(what: string, count: number): (done: number) => void {
  const startedAt = performance.now()
  sayProgress(`making ${what}`)
  return done => {
    const seconds = (performance.now() - startedAt) / 1000
    const left = ((seconds * (count - done)) / done).toFixed(0)
    if (done < count)
      sayProgress(`${what}: ${done.toLocaleString('en')} of ${count.toLocaleString('en')}, ${left} s left`)
    else {
      sayProgress('')
      say(`${what}: ${count.toLocaleString('en')} in ${seconds.toFixed(1)} s`)
    }
  }
}
