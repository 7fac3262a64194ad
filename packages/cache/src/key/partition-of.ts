/** 32-bit FNV-1a over UTF-16 units, folded; part of the layout of the second tier: another hash is another cache. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return ((hash ^ (hash >>> 15)) >>> 0) % partitions
}
