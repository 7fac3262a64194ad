const plain = /^\w{1,64}$/

/** What a span says of an error: its code or class. A message may quote what somebody wrote. */
export function errorType(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown }
  for (const each of [code, name]) if (typeof each === 'string' && plain.test(each)) return each
  return 'error'
}
