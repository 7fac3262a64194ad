import { Worker } from 'node:worker_threads'

/**
 * Takes from this process what a PDF library could reach beyond the file it is given, and bounds the buffers it may hold:
 * V8 limits its heap only, and a stream of a megabyte may inflate to gigabytes beside it.
 * @param onOverrun called when an allocation would pass `maxBufferBytes`; it must not return
 */
export function guardProcess({
  maxBufferBytes,
  onOverrun,
}: {
  readonly maxBufferBytes: number
  readonly onOverrun: () => never
}): void {
  const { memoryUsage } = process
  globalThis.Uint8Array = new Proxy(globalThis.Uint8Array, {
    construct(target, args, newTarget) {
      const size = args[0] as unknown
      // Small ones are held in check by the heap, which holds an object for each.
      if (
        typeof size === 'number' &&
        size > checkedBytes &&
        memoryUsage().arrayBuffers + size > maxBufferBytes
      )
        onOverrun()
      return Reflect.construct(target, args, newTarget)
    },
  })
  const scope = globalThis as Record<string, unknown>
  // Inflates beside the buffers counted above; the library then inflates by itself.
  scope.DecompressionStream = undefined
  scope.fetch = undefined
  scope.WebSocket = undefined
  // Files, sockets, and the native canvas that the library would load although nothing is drawn here.
  process.getBuiltinModule = () => {
    throw new Error('Nothing but the file itself is read here')
  }
  scope.DOMMatrix = class DOMMatrix {}
  scope.ImageData = class ImageData {}
  scope.Path2D = class Path2D {}
}

const checkedBytes = 256 * 1024

/** Ends this process after `ms` milliseconds even when it is in an endless loop and nobody is left to end it. */
export function endProcessAfter(ms: number): void {
  // A thread of its own, since the loop would hold up a timer of this one.
  new Worker(`setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${ms})`, { eval: true }).unref()
}
