import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { HotPathName } from './hot-paths.js'

interface Budget {
  /** Of the time at the reference, at most; what is above 1 is a margin for noise. */
  readonly mostOfReference: number
  /** Of the time of the path's floor in the same process, at most: wide, so that no noise reaches it. */
  readonly mostOfFloor: number
  /** That a call may allocate. */
  readonly mostBytes: number
}

/** `bench/budgets.json`. */
export interface Budgets {
  /** The full hash of the commit to compare with. */
  readonly reference: string
  /** Pairs of processes. */
  readonly rounds: number
  readonly paths: Readonly<Record<HotPathName, Budget>>
}

export const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))

export async function readBudgets(): Promise<Budgets> {
  return JSON.parse(await readFile(new URL('../../budgets.json', import.meta.url), 'utf8')) as Budgets
}
