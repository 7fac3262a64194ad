import { base } from './base.js'

/**
 * What follows a page's own path. Undefined: the address is another page's already, whose code is still loading.
 * @param page below /console, such as '/queries'
 */
export function restOfPath(path: string, page: string): string | undefined {
  const own = `${base}${page}`
  if (path === own) return ''
  return path.startsWith(`${own}/`) ? path.slice(own.length + 1) : undefined
}
