/** Names of substances that differ in one letter are short ones. */
const leastLength = 7

/** Whether the two long words differ in one letter that is wrong, missing or exchanged with its neighbour. */
export function isMisspelt(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < leastLength || Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const [restA, restB] = [a.slice(start), b.slice(start)]
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0])
  )
}
