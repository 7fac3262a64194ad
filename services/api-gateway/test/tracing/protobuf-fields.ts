/** One field of a protobuf message: a number of its wire type, or its bytes. */
type Field = bigint | Buffer

/** The fields of a protobuf message by their numbers (protobuf.dev/programming-guides/encoding), in their order. */
export function protobufFields(message: Buffer): Map<number, Field[]> {
  const fields = new Map<number, Field[]>()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const taken = (length: number): Buffer => {
    at += length
    return message.subarray(at - length, at)
  }
  const read = (wireType: number): Field => {
    if (wireType === 0) return varint()
    if (wireType === 1) return taken(8).readBigUInt64LE()
    if (wireType === 2) return taken(Number(varint()))
    if (wireType === 5) return BigInt(taken(4).readUInt32LE())
    throw new Error(`Wire type ${wireType} is not one of OTLP`)
  }
  while (at < message.length) {
    const tag = Number(varint())
    const field = read(tag & 7)
    const number = tag >>> 3
    fields.set(number, [...(fields.get(number) ?? []), field])
  }
  return fields
}
