import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** @param path From the project's folder. */
export const readText = (path: string): string => readFileSync(`${root}${path}`, 'utf8')

export function readYaml<T>(path: string): T {
  const [document, ...others] = parseAllDocuments(readText(path), { merge: true })
  if (!document || document.errors.length > 0 || others.length > 0)
    throw new Error(`${path} is not one YAML document: ${document?.errors.join(', ')}`)
  return document.toJS() as T
}

/** The endpoints of docs/endpoints.md, which is written from the gateway, that answer GET without a user. */
export const openPaths = new Set(
  [...readText('docs/endpoints.md').matchAll(/^\| GET \| `([^`]+)` \| (?:public|metrics) \|/gm)].map(
    ([, path]) => path!,
  ),
)

/** An image of a stated version. */
export const pinnedImage = /^[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*$/
