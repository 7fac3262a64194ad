import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {object} Workspace
 * @property {string} name as in its package.json
 * @property {string} folder path from the root
 * @property {Set<string>} dependencies what its users get with it
 * @property {Set<string>} devDependencies what only its tests and its build may use, the root's included
 */

/**
 * The workspaces of the project, as npm finds them.
 * @param {string} root
 * @returns {Workspace[]}
 */
export function workspacesOf(root) {
  const top = readManifest(root)
  const shared = Object.keys(top.devDependencies ?? {})
  const folders = (top.workspaces ?? []).flatMap((/** @type {string} */ pattern) => {
    if (!pattern.endsWith('/*')) return [pattern]
    const parent = pattern.slice(0, -2)
    return existsSync(join(root, parent))
      ? readdirSync(join(root, parent)).map(name => `${parent}/${name}`)
      : []
  })
  return folders
    .filter((/** @type {string} */ folder) => existsSync(join(root, folder, 'package.json')))
    .map((/** @type {string} */ folder) => {
      const own = readManifest(join(root, folder))
      const dependencies = { ...own.dependencies, ...own.peerDependencies, ...own.optionalDependencies }
      return {
        name: own.name,
        folder,
        dependencies: new Set(Object.keys(dependencies)),
        devDependencies: new Set([...Object.keys(own.devDependencies ?? {}), ...shared]),
      }
    })
}

/** @param {string} folder */
function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
