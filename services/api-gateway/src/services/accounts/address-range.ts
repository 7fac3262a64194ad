import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whose address it is, for counting: an IPv4 address, also one that is written as IPv6; of IPv6 the first 64 bits,
 * since a subscriber has all that are behind them. Anything else stays as it is.
 */
export function addressRange(address: string): string {
  const [plain = ''] = address.split('%', 1) // without the interface of a link-local address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  if (mapped !== undefined && isIPv4(mapped)) return mapped
  if (!isIPv6(plain)) return plain
  const [left = '', right] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::')
  const head = left.split(':').filter(Boolean)
  const tail = (right ?? '').split(':').filter(Boolean)
  const zeros = Array<string>(right === undefined ? 0 : 8 - head.length - tail.length).fill('0')
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`
}
