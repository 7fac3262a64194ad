import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CallSite } from './call-site.js'

/** What a stack says of the application. */
export interface StackReading {
  /** Lines of the application, innermost first, of one request only; a recursion once. */
  readonly frames: readonly CallSite[]
  readonly isRecursive: boolean
  /** Packages whose functions lie between the query and the application, such as 'kysely'. */
  readonly packages: ReadonlySet<string>
}

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const ownFolders = [join(packageFolder, 'dist') + sep, join(packageFolder, 'src') + sep]

interface RawFrame {
  readonly file: string
  readonly line: number
  readonly function: string
  /** What drives a generator that stands for an async function. */
  readonly isMachinery: boolean
}

/** Of the helpers of TypeScript, Babel and regenerator that run async functions as generators or state machines. */
const machinery =
  /^(?:(?:Object|Generator|global|globalThis)\.)?(?:__awaiter|__generator|fulfilled|rejected|step|adopt|verb|asyncGeneratorStep|_asyncToGenerator|_next|_throw|tryCatch|invoke|next|throw|return)$/
const place = /^\s+at (?:async )?(.+?)(?::(\d+))?(?::\d+)?$/

function readFrame(line: string): RawFrame | undefined {
  let rest = line
  let name = ''
  if (line.endsWith(')')) {
    const open = line.indexOf(' (', line.lastIndexOf(' [as ') + 1)
    if (open < 0) return undefined
    name = line
      .slice(0, open)
      .replace(/^\s+at (?:async )?(?:new )?/, '')
      .replace(/ \[as .*$/, '')
    rest = `   at ${line.slice(open + 2, -1)}`
  }
  const found = place.exec(rest)
  if (!found) return undefined
  const file = found[1]!
  return {
    file: file.startsWith('file://') ? fileURLToPath(file) : file,
    line: Number(found[2] ?? 0),
    function: name.endsWith('<anonymous>') ? '' : name,
    isMachinery: machinery.test(name),
  }
}

const packageName = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)(?![\s\S]*[\\/]node_modules[\\/])/

function isOwn(file: string): boolean {
  return ownFolders.some(folder => file.startsWith(folder))
}

/** Node's own, native, and evaluated code has no line that a person could look up. */
function isNowhere(frame: RawFrame): boolean {
  return frame.line === 0 || frame.file.startsWith('node:') || /<anonymous>|^wasm:/.test(frame.file)
}

/**
 * Reads the text of a stack, as `Error.captureStackTrace` leaves it. V8 tells of async callers only what awaits
 * directly, and of those the line of the `await`; columns, indexes in `Promise.all` and callers that are lost differ
 * between the turns of one loop, so nothing here depends on them.
 */
export function readStack(stack: string, limit: number): StackReading {
  const frames: CallSite[] = []
  const packages = new Set<string>()
  let outermostLibrary: CallSite | undefined
  let isRecursive = false
  const lines = stack.split('\n')
  const raw = lines.map(readFrame).filter(frame => frame !== undefined)
  for (const [index, frame] of raw.entries()) {
    const { file, line, function: name } = frame
    if (isOwn(file)) {
      // Beyond is the server, which is the same for all requests.
      if (frames.length > 0) break
      continue
    }
    if (isNowhere(frame)) continue
    const library = packageName.exec(file)?.[1]
    if (library !== undefined) {
      packages.add(library)
      if (frames.length === 0) outermostLibrary = { file, line, function: name }
      continue
    }
    const isDriven = raw[index + 1]?.isMachinery === true
    if (frames.length > 0 && (frame.isMachinery || isDriverOf(raw, index))) continue
    const again = frames.findIndex(other => name !== '' && other.function === name && other.file === file)
    if (again >= 0) {
      isRecursive = true
      frames.length = again + 1
      continue
    }
    const last = frames.at(-1)
    if (last && last.file === file && last.line === line) continue
    if (frames.length === limit) continue
    frames.push({ file, line, function: name })
    // A function without a name is written where it is used: its caller says nothing more, and calls it from another
    // line (that of map, or of the await of Promise.all) before its first await than after.
    if (frames.length === 1 && name === '' && !isDriven) break
  }
  if (frames.length === 0 && outermostLibrary) frames.push(outermostLibrary)
  return { frames, isRecursive, packages }
}

/** The executor within `new Promise`, which helpers of async functions leave without a name. */
function isDriverOf(raw: readonly RawFrame[], index: number): boolean {
  return (
    raw[index]!.function === '' &&
    raw[index + 1]?.function === 'Promise' &&
    raw[index - 1]?.isMachinery === true
  )
}

/** Where a query was called; null: nothing of the application is known of it. */
export function readCallSite(stack: Error): CallSite | null {
  return readStack(stack.stack ?? '', 1).frames[0] ?? null
}
