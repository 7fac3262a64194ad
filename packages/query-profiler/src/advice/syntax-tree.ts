/** A node of libpg_query's tree: one key that names it, and its body. */
export type TreeNode = Readonly<Record<string, unknown>>
export type TreeBody = Readonly<Record<string, unknown>>

export function bodyOf(node: unknown, kind: string): TreeBody | undefined {
  return (node as TreeNode | undefined)?.[kind] as TreeBody | undefined
}

export function kindOf(node: unknown): string {
  return Object.keys((node as TreeNode | undefined) ?? {})[0] ?? ''
}

export function listOf(value: unknown): readonly TreeNode[] {
  return Array.isArray(value) ? value : []
}

/** The strings of a list of `String` nodes, such as a qualified name. */
export function namesOf(value: unknown): string[] {
  return listOf(value).map(node => String(bodyOf(node, 'String')?.sval ?? ''))
}

/** Of `schema.name` the name; operators and functions are looked at without their schema. */
export function lastNameOf(value: unknown): string {
  return namesOf(value).at(-1) ?? ''
}

/** The nodes right below, lists flattened. */
export function childrenOf(node: unknown): TreeNode[] {
  if (Array.isArray(node)) return node
  if (typeof node !== 'object' || node === null) return []
  return Object.values(node).flatMap(value =>
    Array.isArray(value) ? value : typeof value === 'object' && value !== null ? [value as TreeNode] : [],
  )
}
