import { type PackedProject, packedProject } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

describe('the flags as npm packs them, in an empty project', () => {
  let project: PackedProject
  beforeAll(async () => {
    project = await packedProject(['kernel', 'feature-flags'])
  }, 300_000)
  afterAll(() => project?.remove())

  const store = `
    import { createFeatureFlags } from '@voiceassist/feature-flags'
    import { MemoryFlagStore } from '@voiceassist/feature-flags/testing'
    const store = new MemoryFlagStore()
    store.putFlag('production', { name: 'llm', enabled: true })
    const flags = createFeatureFlags({ store, environment: 'production' })`

  test('hold what is compiled with its sources, a licence and a page, and nothing else', () => {
    const name = '@voiceassist/feature-flags'
    const paths = project.packed.find(each => each.name === name)!.files.map(({ path }) => path)
    for (const path of paths)
      expect(path).toMatch(/^(package\.json|README\.md|LICENSE|src\/.+\.ts|dist\/.+\.(js|d\.ts)(\.map)?)$/)
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']),
    )
    expect(project.missingSources(name)).toEqual([])
  })

  test('evaluate over a store without anything of OpenFeature, which their subpath says is missing', async () => {
    const source = `${store}
      console.log(await flags.isEnabled('llm', { targetingKey: 'u' }))
      await flags.close()
      await import('@voiceassist/feature-flags/openfeature').catch(error => console.log(error.code, error.message))`
    expect(await project.print(source)).toMatch(
      /^true\nERR_MODULE_NOT_FOUND Cannot find package '@openfeature\//,
    )
  })

  test('bring types that a strict compiler takes, libraries checked', async () => {
    const told = await project.typeErrors(
      `import { createFeatureFlags, type FeatureFlags } from '@voiceassist/feature-flags'
       import { MemoryFlagStore } from '@voiceassist/feature-flags/testing'
       const flags: FeatureFlags = createFeatureFlags({ store: new MemoryFlagStore(), environment: 'e', l1Ttl: '60s' })
       export const on: boolean = await flags.isEnabled('llm')
       export const ranker: string = flags.evaluate('ranker', 'default').value`,
    )
    expect(told).toBe('')
  })

  test('are a provider of OpenFeature where its server SDK is', async () => {
    await project.install('@openfeature/server-sdk', '@openfeature/core')
    const source = `${store}
      import { OpenFeature } from '@openfeature/server-sdk'
      import { openFeatureProvider } from '@voiceassist/feature-flags/openfeature'
      await OpenFeature.setProviderAndWait(openFeatureProvider(flags))
      console.log(await OpenFeature.getClient().getBooleanValue('llm', false))
      await OpenFeature.close()
      await flags.close()`
    expect(await project.print(source)).toBe('true')
  }, 150_000)
})
