/** What something took: by the clock, and of all processors' time, which other programs on the machine do not stretch. */
export interface Taken {
  readonly seconds: number
  readonly processorSeconds: number
}

export function startStopwatch(): () => Taken {
  const startedAt = performance.now()
  const used = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(used)
    return { seconds: (performance.now() - startedAt) / 1000, processorSeconds: (user + system) / 1e6 }
  }
}
