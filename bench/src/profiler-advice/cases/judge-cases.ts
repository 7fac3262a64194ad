import { say, sayProgress } from '../../common/say.js'
import { type CaseQuery, ours } from '../ours.js'
import { dexter } from '../peers/dexter.js'
import { indexAdvisor } from '../peers/index-advisor.js'
import { ddl } from '../peers/what-if.js'
import { sayTable } from '../say-sets.js'
import { connect, databaseUrl } from '../tpch/load.js'
import type { Case } from './case.js'
import { cases } from './cases.js'

export interface Verdict {
  readonly case: string
  readonly advisor: string
  /** Definitions without names. */
  readonly advised: readonly string[]
  /** Names of what is right and was advised. */
  readonly found: readonly string[]
  readonly missed: readonly string[]
  /** Advised, and not right. */
  readonly wrong: readonly string[]
  /** Beside indexes. */
  readonly others: readonly string[]
}

/** Asks every advisor about every case, each in a database of its own that goes afterwards. */
export async function judgeCases(server: string): Promise<Verdict[]> {
  const administrator = await connect(server)
  const verdicts: Verdict[] = []
  try {
    for (const [number, example] of cases.entries()) {
      sayProgress(`case ${number + 1} of ${cases.length}: ${example.name}`)
      const name = `advice_case_${process.pid}_${number}`
      await administrator.query(`create database ${name}`)
      try {
        verdicts.push(...(await judge(databaseUrl(server, name), example)))
      } finally {
        await administrator.query(`drop database ${name} with (force)`)
      }
    }
  } finally {
    await administrator.end()
  }
  sayProgress('')
  return verdicts
}

async function judge(url: string, example: Case): Promise<Verdict[]> {
  const client = await connect(url)
  try {
    await client.query('create extension hypopg')
    for (const statement of example.setup) await client.query(statement)
    const texts = example.workload.map(({ sql }: CaseQuery) => sql)
    const verdicts = [
      verdict(example, 'dexter', (await dexter(client, texts)).map(ddl)),
      verdict(example, 'index_advisor', (await indexAdvisor(client, texts)).map(ddl)),
    ]
    const { indexes, others } = await ours(client, example.workload)
    const created = indexes.filter(({ action }) => action === 'create')
    verdicts.push(
      verdict(
        example,
        'ours',
        created.map(index => index.ddl),
        others.map(({ kind, text }) => `${kind}: ${text}`),
      ),
    )
    return verdicts
  } finally {
    await client.end()
  }
}

function verdict(
  { name, right, other }: Case,
  advisor: string,
  statements: readonly string[],
  others: readonly string[] = [],
): Verdict {
  const advised = statements.map(definition)
  const names = right.filter(({ pattern }) => advised.some(text => pattern.test(text)))
  return {
    case: name,
    advisor,
    advised,
    found: [
      ...names.map(one => one.name),
      ...(other && others.some(text => text.startsWith(other)) ? [other] : []),
    ],
    missed: [
      ...right.filter(one => !names.includes(one)).map(one => one.name),
      ...(other && !others.some(text => text.startsWith(other)) ? [other] : []),
    ],
    wrong: advised.filter(text => !right.some(({ pattern }) => pattern.test(text))),
    others,
  }
}

/** `on table (columns) …`, of whatever spelling. */
export function definition(statement: string): string {
  return statement
    .toLowerCase()
    .replaceAll('"', '')
    .replaceAll('public.', '')
    .replace(/^create (unique )?index (concurrently )?.*?\bon /, 'on ')
    .replace(/;.*$/s, '')
    .trim()
}

export function sayCases(verdicts: readonly Verdict[]): void {
  say('\nWhere it is known what is right:')
  sayTable([
    ['case', 'advisor', 'right', 'missed', 'wrong'],
    ...verdicts.map(({ case: name, advisor, found, missed, wrong }) => [
      name,
      advisor,
      String(found.length),
      String(missed.length),
      String(wrong.length),
    ]),
  ])
  for (const { case: name, advisor, wrong, missed } of verdicts)
    if (wrong.length + missed.length > 0)
      say(
        `  ${advisor}, ${name}: ${[...wrong.map(text => `wrong ${text}`), ...missed.map(text => `missed ${text}`)].join('; ')}`,
      )
}
