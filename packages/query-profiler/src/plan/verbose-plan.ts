import { sqlParser } from '../fingerprint/sql-parser.js'
import type { CalledFunction, ExplainRefusal } from './explain-gate.js'
import { planKeys } from './plan-keys.js'

const unsafeNodes = new Set(['ModifyTable', 'LockRows', 'Foreign Scan', 'Custom Scan'])

/**
 * The functions that a plan of `EXPLAIN (VERBOSE)` calls, those of views, policies and inlined functions among them;
 * or why it must not be run. `json` is what the server answered.
 */
export function functionsOfPlan(json: unknown): readonly CalledFunction[] | ExplainRefusal {
  const names = new Set<string>()
  const open: unknown[] = [json]
  while (open.length > 0) {
    const node = open.pop()
    if (typeof node !== 'object' || node === null) continue
    for (const [key, value] of Object.entries(node)) {
      if (key === 'Node Type' && unsafeNodes.has(value)) {
        return { skipped: 'unsafe function', reason: `The plan has a node of type ${value}` }
      }
      const kind = planKeys.get(key)
      if (key === 'Function Name') names.add(String(value))
      else if (kind !== 'expression' && kind !== 'expressions') open.push(value)
      else if (![value].flat(2).every(expression => addFunctions(String(expression), names))) {
        return { skipped: 'unsafe function', reason: 'The plan has an expression that cannot be read' }
      }
    }
  }
  return [...names].map(name => ({ schema: undefined, name, takesColumn: false }))
}

/** Each name before a parenthesis; keywords and types are among them, and do no harm. */
function addFunctions(expression: string, names: Set<string>): boolean {
  try {
    const { tokens } = sqlParser.scan(expression)
    tokens.forEach((token, at) => {
      const name = tokens[at - 1]?.text
      if (token.text === '(' && name !== undefined && /^["\p{L}_]/u.test(name)) names.add(unquoted(name))
    })
    return true
  } catch {
    return false
  }
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}
