#!/usr/bin/env node
// Compiles every TypeScript block of the documentation against the built packages, each as a module of its own.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCheck } from './lib/check.mjs'
import { codeBlocks } from './lib/code-blocks.mjs'
import { sourceFiles } from './lib/source-files.mjs'

const project = fileURLToPath(new URL('..', import.meta.url))

const configuration = {
  extends: join(project, 'tsconfig.base.json'),
  compilerOptions: {
    ...{ composite: false, declaration: false, declarationMap: false, sourceMap: false, noEmit: true },
    // An example declares what its reader would use.
    ...{ noUnusedLocals: false, noUnusedParameters: false },
    typeRoots: [join(project, 'node_modules/@types')],
  },
  include: ['*.ts'],
}

await runCheck('code in the docs', root => {
  const blocks = sourceFiles(root, /\.md$/).flatMap(file =>
    codeBlocks(readFileSync(join(root, file), 'utf8')).map(block => ({ ...block, file })),
  )
  process.stdout.write(`${blocks.length} blocks to compile\n`)
  if (blocks.length === 0) return []
  // Below the root, so that the blocks find the packages as a reader's program would.
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/doc-code-'))
  try {
    blocks.forEach(({ line, code }, index) => {
      // Empty lines in front make the compiler count lines as the document does.
      writeFileSync(join(folder, `${index}.ts`), `${'\n'.repeat(line - 1)}${code}\nexport {}\n`)
    })
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration))
    return compile(folder).map(({ index, line, message }) => {
      return { file: blocks[index]?.file ?? '?', line, message }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** @param {string} folder */
function compile(folder) {
  const tsc = join(project, 'node_modules/typescript/bin/tsc')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tsc, '--project', folder, '--pretty', 'false'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  const problems = [...stdout.matchAll(/^(?:.*\/)?(\d+)\.ts\((\d+),\d+\): error (.*)$/gm)]
  if (status !== 0 && problems.length === 0) throw new Error(`the compiler failed: ${stdout}${stderr}`)
  return problems.map(([, index, line, message]) => ({
    index: Number(index),
    line: Number(line),
    message: String(message),
  }))
}
