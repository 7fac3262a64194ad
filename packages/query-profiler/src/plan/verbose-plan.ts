import { sqlParser } from '../fingerprint/sql-parser.js'
import type { CalledFunction, ExplainRefusal } from './explain-gate.js'
import { planKeys } from './plan-keys.js'

const unsafeNodes = new Set(['ModifyTable', 'LockRows', 'Foreign Scan', 'Custom Scan'])

/**
 * The functions that a plan of `EXPLAIN (VERBOSE)` calls, those of views, policies and inlined functions among them;
 * or why it must not be run. `json` is what the server answered.
 */
export function functionsOfPlan(json: unknown): readonly CalledFunction[] | ExplainRefusal {
  const calls: CalledFunction[] = []
  const open: unknown[] = [json]
  while (open.length > 0) {
    const node = open.pop()
    if (Array.isArray(node)) open.push(...node)
    else if (typeof node === 'object' && node !== null) {
      for (const [key, value] of Object.entries(node)) {
        if (key === 'Node Type' && unsafeNodes.has(value)) {
          return { skipped: 'unsafe function', reason: `The plan has a node of type ${value}` }
        }
        const kind = planKeys.get(key)
        if (kind === 'expression') calls.push(...functionsOf(String(value)))
        else if (kind === 'expressions') {
          for (const text of [value].flat(2)) calls.push(...functionsOf(String(text)))
        } else if (key === 'Function Name') {
          calls.push({ schema: undefined, name: String(value), takesColumn: false })
        } else open.push(value)
      }
    }
  }
  return calls
}

/** Each name before a parenthesis; keywords and types are among them, and do no harm. */
function functionsOf(expression: string): CalledFunction[] {
  const { tokens } = sqlParser.scan(expression)
  const calls: CalledFunction[] = []
  tokens.forEach((token, at) => {
    if (token.text !== '(') return
    const name = tokens[at - 1]?.text
    if (name !== undefined && /^["\p{L}_]/u.test(name)) {
      calls.push({ schema: undefined, name: unquoted(name), takesColumn: false })
    }
  })
  return calls
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}
