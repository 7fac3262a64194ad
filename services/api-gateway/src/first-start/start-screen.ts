import type { FirstAdministrator } from './first-administrator.js'

export interface StartFacts {
  readonly url: string
  readonly database: string
  readonly embedder: string
  /** What writes the answers. */
  readonly answers: string
  readonly cache: string
  readonly documents: number
  readonly version: string
  readonly administrator: FirstAdministrator | undefined
}

/** What a start prints: where everything is, what it runs on and the variable that changes each. */
export function startScreen({
  url,
  database,
  embedder,
  answers,
  cache,
  documents,
  version,
  administrator,
}: StartFacts): string {
  const lines = [
    `VoiceAssist ${version} is ready`,
    '',
    `  Console        ${url}/console/`,
    `  API            ${url}`,
    `  API reference  ${url}/docs`,
    `  Metrics        ${url}/metrics`,
    '',
    `  Database       ${database}  (DATABASE_URL)`,
    `  Embedder       ${embedder}  (EMBEDDINGS_URL)`,
    `  Answers        ${answers}  (LLM_URL)`,
    `  Cache          ${cache}  (REDIS_URL)`,
    `  Documents      ${documents}  (npx voiceassist kb import PATH)`,
  ]
  if (administrator)
    lines.push(
      '',
      `  Administrator  ${administrator.email}`,
      `  Password       ${administrator.password}`,
      '                 shown this once; keep it',
    )
  return `\n${lines.join('\n')}\n`
}
