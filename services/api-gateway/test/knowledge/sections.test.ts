import { describe, expect, test } from 'vitest'
import { readText } from './document-files.js'

function sectionsOf(text: string, format: 'md' | 'html') {
  const read = readText(text, { format })
  return read.sections.map(({ heading, level, start, end }) => [
    level,
    heading,
    read.text.slice(start, end).trim(),
  ])
}

describe('Markdown', () => {
  test('ATX headings', () => {
    expect(
      sectionsOf('before\n# One #\na\n###   Two **bold** [link](http://x) `code`\nb\n####### no\n#no', 'md'),
    ).toEqual([
      [0, '', 'before'],
      [1, 'One', 'a'],
      [3, 'Two bold link code', 'b\n####### no\n#no'],
    ])
  })

  test('setext headings', () => {
    expect(sectionsOf('One\n===\na\n\nTwo\n---\nb\nlines\n---\nc\n- item\n---\nd', 'md')).toEqual([
      [1, 'One', 'a'],
      [2, 'Two', 'b\nlines\n---\nc\n- item\n---\nd'],
    ])
  })

  test('no headings within code fences', () => {
    const code = '````\n# no\n```\n# no\n````\n# yes\n~~~ x`\n# no\nOne\n==='
    expect(sectionsOf(code, 'md').map(([, heading]) => heading)).toEqual(['', 'yes'])
  })

  test('nor in indented code', () => {
    expect(sectionsOf('a\n\n    # no\n   # yes', 'md').map(([, heading]) => heading)).toEqual(['', 'yes'])
  })

  test('an empty heading has an empty section', () => {
    expect(sectionsOf('# \n## B', 'md')).toEqual([
      [1, '', ''],
      [2, 'B', ''],
    ])
  })

  test('a line too long for a heading is text', () => {
    const line = `# ${'x'.repeat(2000)}`
    expect(sectionsOf(line, 'md')).toEqual([[0, '', line]])
  })
})

describe('HTML', () => {
  test('headings, entities, blocks, and nothing of scripts and styles', () => {
    const html = `<!doctype html><html><head><title>T</title><style>p { x }</style><script>if (a < b) "<h1>no</h1>"</script></head>
      <body>before<h1>One &amp;<br>only</h1><p>a&nbsp;&lt;b&gt; <b>c</b>d</p>e<ul><li>f</li><li><p>g</p></li></ul>
      <h3>Two</h3><table><tr><th>h</th><td>i</td></tr><tr><td>j</table><pre>k
  l</pre><svg><title>no</title></svg><template>no</template></body></html>`
    expect(sectionsOf(html, 'html')).toEqual([
      [0, '', 'before'],
      [1, 'One & only', 'a <b> cd\n\ne\n\n- f\n\ng'],
      [3, 'Two', 'h\ti\nj\n\nk\nl'],
    ])
  })

  test('a heading never closed is text when it is too long for a heading', () => {
    expect(sectionsOf(`<h2>${'word '.repeat(300)}`, 'html')).toEqual([[0, '', 'word '.repeat(300).trim()]])
  })

  test('entities cannot smuggle in control characters or halves of characters', () => {
    expect(readText('<p>a&#0;b&#7;c&#xD800;d&#x301;', { format: 'html' }).text).toBe(
      'a\ufffdbc\ufffdd\u0301'.normalize('NFC'),
    )
  })

  test('too deep a nesting is refused', () => {
    expect(() => readText(`${'<b>'.repeat(501)}x`, { format: 'html' })).toThrowError(
      expect.objectContaining({ code: 'DOCUMENT_UNREADABLE' }),
    )
    expect(readText(`${'<p>x'.repeat(2000)}`, { format: 'html' }).text).toContain('x\n\nx')
  })
})
