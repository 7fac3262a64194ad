import { parseSync } from 'oxc-parser'
import { lineAt } from './check.mjs'

/**
 * @typedef {{ specifier: string, line: number }} Import
 * @typedef {{ type: string, start: number, source?: Node, argument?: Node, expression?: Node, literal?: Node, callee?: Node & { name?: string }, arguments?: Node[], value?: unknown, moduleReference?: Node } & Record<string, unknown>} Node
 */

/**
 * Every module that a file names with a literal: imports, re-exports, `import type`, types written `import('x').T`, dynamic imports, `require`.
 * @param {string} path decides the language
 * @param {string} text
 * @returns {{ imports: Import[], errors: { line: number, message: string }[] }}
 */
export function importsOf(path, text) {
  const { program, errors } = parseSync(path, text)
  /** @type {Import[]} */
  const imports = []
  walk(program, node => {
    const source = sourceOf(node)
    if (source?.type === 'Literal' && typeof source.value === 'string') {
      imports.push({ specifier: source.value, line: lineAt(text, source.start) })
    }
  })
  return {
    imports,
    errors: errors.map(({ message, labels }) => ({ line: lineAt(text, labels[0]?.start ?? 0), message })),
  }
}

/**
 * @param {Node} node
 * @returns {Node | undefined} the expression that names a module
 */
function sourceOf(node) {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source ?? undefined
    case 'TSExternalModuleReference':
      return node.expression
    case 'CallExpression':
      return node.callee?.type === 'Identifier' && node.callee.name === 'require'
        ? node.arguments?.[0]
        : undefined
  }
}

/**
 * @param {unknown} value
 * @param {(node: Node) => void} visit
 */
function walk(value, visit) {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit)
  } else if (typeof value === 'object' && value !== null) {
    const node = /** @type {Node} */ (value)
    if (typeof node.type === 'string') visit(node)
    for (const key in node) walk(node[key], visit)
  }
}
