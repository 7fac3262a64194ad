/** Its own memory: a view of a part of a buffer becomes a view of all of a smaller one. */
export function copyBytes(value: ArrayBuffer | ArrayBufferView): ArrayBuffer | ArrayBufferView {
  if (value instanceof ArrayBuffer) return value.slice(0)
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  if (value instanceof DataView)
    return new DataView(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength))
  return (value as Uint8Array).slice()
}
