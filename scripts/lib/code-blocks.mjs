/**
 * The TypeScript blocks of a Markdown text.
 * @param {string} text
 * @returns {{ line: number, code: string }[]} the line, from 1, of each block's first line of code
 */
export function codeBlocks(text) {
  const blocks = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const fence = /^(\s*)(```+|~~~+)\s*([\w-]*)/.exec(lines[at] ?? '')
    if (!fence) continue
    const [, , mark = '', language = ''] = fence
    const first = at + 1
    for (at = first; at < lines.length && lines[at]?.trim() !== mark; at++);
    const code = lines.slice(first, at).join('\n')
    if (/^(ts|typescript)$/.test(language)) blocks.push({ line: first + 1, code })
  }
  return blocks
}
