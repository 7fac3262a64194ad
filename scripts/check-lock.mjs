#!/usr/bin/env node
// `npm ci` refuses a lock file that leaves out an optional package, and npm leaves out those that its registry did not
// serve when the file was written (a mirror that keeps only some platforms). --write enters them by name and version:
// each is for another platform than the one that could not fetch it, so nothing of it is installed there.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineAt, runCheck } from './lib/check.mjs'

const file = 'package-lock.json'
const platform = /-(aix|android|darwin|freebsd|linux|openharmony|sunos|win32)-([a-z0-9]+)(?:-([a-z]+))?$/

await runCheck('lock file', root => {
  const path = join(root, file)
  const text = readFileSync(path, 'utf8')
  const lock = JSON.parse(text)
  const missing = missingFrom(lock.packages)
  if (process.argv.includes('--write') && missing.length > 0) {
    for (const { name, version } of missing) lock.packages[`node_modules/${name}`] = entryOf(name, version)
    lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
    writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
    return []
  }
  return missing.map(({ of, name }) => ({
    file,
    line: lineAt(text, text.indexOf(`"${of}": {`)),
    message: `${name}, optional for ${of}, is missing (node scripts/check-lock.mjs --write enters it)`,
  }))
})

/**
 * @param {Record<string, { optionalDependencies?: Record<string, string> }>} packages
 */
function missingFrom(packages) {
  return Object.entries(packages).flatMap(([of, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !packages[`${of}/node_modules/${name}`] && !packages[`node_modules/${name}`])
      .map(([name, version]) => ({ of, name, version })),
  )
}

/**
 * @param {string} name
 * @param {string} version
 */
function entryOf(name, version) {
  const [, os, cpu, abi = ''] = platform.exec(name) ?? []
  if (!os || !/^\d/.test(version))
    throw new Error(`cannot tell the platform or version of ${name}@${version}`)
  const libc = abi.startsWith('musl') ? ['musl'] : abi.startsWith('gnu') ? ['glibc'] : undefined
  return { version, cpu: [cpu], ...(libc && { libc }), optional: true, os: [os] }
}
