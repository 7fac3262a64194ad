import { describe, expect, test } from 'vitest'
import { codeBlocks } from '../lib/code-blocks.mjs'
import { folderWith, runCheckOn } from './fixture.mjs'

const fence = '```'

describe('codeBlocks', () => {
  test('finds TypeScript and leaves the rest', () => {
    const text = `# T\n\n${fence}bash\nnpm test\n${fence}\n\n${fence}ts\nconst a = 1\n${fence}\n\n  ${fence}typescript\n  const b = 2\n  ${fence}\n`
    expect(codeBlocks(text)).toEqual([
      { line: 8, code: 'const a = 1' },
      { line: 12, code: '  const b = 2' },
    ])
  })

  test('does not take a fence within a longer fence for one', () => {
    expect(codeBlocks(`\`\`\`\`md\n${fence}ts\nnot code\n${fence}\n\`\`\`\`\n`)).toEqual([])
  })
})

describe('check-doc-code', () => {
  test('names document and line of what does not compile', () => {
    const root = folderWith({
      'README.md': `Text\n\n${fence}ts\nconst n: number = 1\nawait Promise.resolve(n)\n${fence}\n`,
      'docs/deep/page.md': `${fence}bash\nthis is no TypeScript\n${fence}\n\n${fence}ts\nconst ok = 1\nconst wrong: string = ok\n${fence}\n`,
    })
    const { status, lines } = runCheckOn('check-doc-code.mjs', root)
    expect(lines).toEqual([
      '2 blocks to compile',
      expect.stringMatching(/^docs\/deep\/page\.md:7: TS2322: /),
      'code in the docs: 1 to fix',
    ])
    expect(status).toBe(1)
  })

  test('passes what compiles, each block on its own', () => {
    const root = folderWith({
      'README.md': `${fence}ts\nconst a = 1\n${fence}\n${fence}ts\nconst a = 'two'\n${fence}\n`,
    })
    expect(runCheckOn('check-doc-code.mjs', root).status).toBe(0)
  })
})
