import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Way } from '../cache/side-by-side.js'

/** What costs every request something, and the least that could do its work. */
interface HotPath {
  readonly path: Way
  /** Made of other libraries alone, so that it is the same whatever is changed here. */
  readonly floor: Way
  close(): Promise<void>
}

/** @param root folder of the project whose compiled packages are measured */
export type OpenHotPath = (root: string) => Promise<HotPath>

/** A compiled module of a package of the project at `root`. */
export async function packageOf<Module>(root: string, file: string): Promise<Module> {
  return (await import(pathToFileURL(join(root, 'packages', file)).href)) as Module
}
