import type { Command } from '../command.js'

export interface KbListArguments {
  readonly limit: number
  readonly json: boolean
}

export const kbList: Command<KbListArguments> = async ({ dependencies, out }, { limit, json }) => {
  const page = await dependencies.services.documents.list({ limit })
  for (const document of page.items) {
    if (json) out.line(JSON.stringify(document))
    else out.line([document.id, counted(document.chunkCount), document.sourceType, document.title].join('  '))
  }
  if (json) return 0
  const shown = page.items.length < page.total ? `, the newest ${page.items.length} shown` : ''
  out.line(page.total === 1 ? '1 document' : `${page.total} documents${shown}`)
  return 0
}

function counted(chunks: number): string {
  return `${String(chunks).padStart(4)} passages`
}
