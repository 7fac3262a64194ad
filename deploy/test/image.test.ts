import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { configVariables } from '@voiceassist/api-gateway/config-variables'
import { describe, expect, it } from 'vitest'
import { compose, gatewayServices } from './compose-file.js'
import { openPaths, pinnedImage, readText, root } from './project-files.js'

interface Instruction {
  readonly name: string
  readonly rest: string
}

/** The stages of a Dockerfile, each begun by its FROM. */
function stagesOf(text: string): Instruction[][] {
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter(line => line.trim() !== '')
  const stages: Instruction[][] = []
  for (const line of lines) {
    const [, name, rest] =
      /^(FROM|ARG|ENV|WORKDIR|COPY|RUN|USER|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD) (.+)$/.exec(line) ?? []
    if (name === undefined || rest === undefined) throw new Error(`No instruction: ${line}`)
    if (name === 'FROM') stages.push([])
    stages.at(-1)!.push({ name, rest })
  }
  return stages
}

const all = (stage: readonly Instruction[], name: string) =>
  stage.filter(instruction => instruction.name === name).map(({ rest }) => rest)
const text = readText('Dockerfile')
const stages = stagesOf(text)
const last = stages.at(-1)!
const [health = ''] = all(last, 'HEALTHCHECK')
const manifest = (folder: string) => JSON.parse(readText(`${folder}/package.json`))

describe('the image', () => {
  it('begins with stated versions, of a Node that the project supports', () => {
    const [oldest] = manifest('.').engines.node.match(/\d+/)
    for (const stage of [...stages, ...stagesOf(readText('deploy/proxy/Dockerfile'))]) {
      const [image = ''] = all(stage, 'FROM')[0]!.split(' ')
      expect(image).toMatch(pinnedImage)
      const [, node] = /^node:(\d+)/.exec(image) ?? []
      if (node) expect(Number(node)).toBeGreaterThanOrEqual(Number(oldest))
    }
    expect(`voiceassist-gateway:${manifest('.').version}`).toBe(
      gatewayServices[0]![1].image.replace(/\$\{\w+:-([^}]*)\}/, '$1'),
    )
  })

  it('copies what exists or is built, and runs as a user without rights', () => {
    for (const copy of all(last, 'COPY')) {
      const [from, source = ''] = copy.split(' ')
      expect(from).toBe('--from=build')
      const path = source.replace('/app/', '')
      const isBuilt = /(?:^|\/)(?:dist|node_modules)$/.test(path)
      expect(existsSync(join(root, isBuilt ? join(dirname(path), 'package.json') : path)), copy).toBe(true)
    }
    expect(all(last, 'USER')).toEqual(['10001:10001'])
    for (const [, { user }] of gatewayServices) expect(user).toBe('10001:10001')
    expect(text).not.toMatch(/curl|wget|:latest|chmod 777/)
  })

  it('starts Node itself, which hears SIGTERM, and asks it whether it lives', () => {
    const entrypoint = JSON.parse(all(last, 'ENTRYPOINT')[0]!)
    expect(entrypoint[0]).toBe('node')
    expect(existsSync(join(root, entrypoint[1]))).toBe(true)
    expect(JSON.parse(all(last, 'CMD')[0]!)).toEqual(['serve'])
    const [node, option, program] = JSON.parse(health.slice(health.indexOf('CMD ') + 4))
    expect([node, option]).toEqual(['node', '-e'])
    expect(() => new Function(program)).not.toThrow()
    expect(openPaths).toContain(/\}(\/[\w/]+)`/.exec(program)?.[1])
  })

  it('sets variables that the gateway has, and listens where its proxy asks', () => {
    const env = Object.fromEntries(
      all(last, 'ENV').flatMap(rest => rest.split(' ').map(item => item.split('='))),
    )
    for (const name of Object.keys(env)) if (name !== 'NODE_ENV') expect(configVariables).toHaveProperty(name)
    expect([env.HOST, env.PORT, all(last, 'EXPOSE')[0]]).toEqual(['0.0.0.0', '8000', '8000'])
    for (const [name, service] of gatewayServices)
      expect(JSON.stringify(service).match(/127\.0\.0\.1:(\d+)/)?.[1] ?? '8000', name).toBe(env.PORT)
  })

  it('has in its packages what a gateway with servers and one without need', () => {
    const { dependencies } = manifest('services/api-gateway')
    for (const client of Object.keys(manifest('packages/cache').peerDependencies))
      expect(dependencies).toHaveProperty(client)
  })

  it('copies every folder that npm may put the gateway’s packages into', () => {
    const sources = all(last, 'COPY').map(copy => copy.split(' ')[1]!.replace('/app/', ''))
    const { packages } = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { dev?: true }>
    }
    const shipped = Object.keys(packages).filter(
      path => /^(?:node_modules|packages|services|apps)\//.test(path) && !packages[path]?.dev,
    )
    expect(shipped).toContain('services/api-gateway')
    for (const path of shipped)
      expect(
        sources.some(source => path === source || path.startsWith(`${source}/`)),
        path,
      ).toBe(true)
  })

  it('leaves secrets and built files of this machine out', () => {
    const ignored = readText('.dockerignore').split('\n')
    for (const { file } of Object.values(compose.secrets))
      expect(ignored).toContain(`deploy/${dirname(file)}`)
    for (const name of ['.git', '**/node_modules', '**/dist', '**/.env', 'data'])
      expect(ignored).toContain(name)
  })
})
