import { readFile, stat } from 'node:fs/promises'
import type { PairOfTexts } from '@voiceassist/rag-cache'
import { CsvError, parse } from 'csv-parse/sync'
import { GatewayError } from '../errors.js'

const maxBytes = 32 * 1024 * 1024
const columns = ['question_1', 'question_2', 'same'] as const
const form =
  'Each row is two questions and 1 where one answer serves both, else 0: "question_1,question_2,same"'

/**
 * Labelled pairs of a CSV file of at most 32 MiB: in the order of `columns`, or of its first row where that names them.
 * @throws GatewayError VALIDATION_FAILED that names file, row and column.
 */
export async function readPairs(path: string): Promise<PairOfTexts[]> {
  const rows = rowsOf(path, await textOf(path))
  const header = rows[0]?.record.map(field => field.trim().toLowerCase()) ?? []
  const isHeader = header.includes('same')
  const places = isHeader ? columns.map(column => placeOf(path, header, column)) : [0, 1, 2]
  const pairs = rows
    .slice(isHeader ? 1 : 0)
    .map(({ record, line }) => pairOf(path, line, isHeader ? header.length : 3, record, places))
  if (pairs.length === 0) throw refused(path, 'holds no pairs')
  return pairs
}

interface Row {
  readonly record: readonly string[]
  /** Of the file, the row's first. */
  readonly line: number
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw refused(path, `is ${size} bytes, over the limit of ${maxBytes}`)
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof GatewayError) throw error
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw refused(path, `cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`)
  }
}

function rowsOf(path: string, text: string): Row[] {
  try {
    let line = 1
    const parsed = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { record: string[]; info: { lines: number } }[]
    return parsed.map(({ record, info }) => {
      const row = { record, line }
      line = info.lines + 1
      return row
    })
  } catch (error) {
    // The library's message may quote a question.
    if (!(error instanceof CsvError)) throw error
    throw refused(path, `is no CSV at line ${error.lines}: ${error.code}`)
  }
}

function placeOf(path: string, header: readonly string[], column: string): number {
  const place = header.indexOf(column)
  if (place >= 0) return place
  throw refused(path, `row 1 names its columns, and '${column}' is not among them`)
}

function pairOf(
  path: string,
  line: number,
  width: number,
  record: readonly string[],
  places: readonly number[],
): PairOfTexts {
  if (record.length !== width) throw refused(path, `line ${line} has ${record.length} columns, not ${width}`)
  const [a, b, same] = places.map(place => record[place]!.trim())
  for (const [index, question] of [a!, b!].entries())
    if (question === '') throw refused(path, `line ${line}, column ${columns[index]}: the question is empty`)
  if (same !== '0' && same !== '1') throw refused(path, `line ${line}, column same: it must be 0 or 1`)
  return { a: a!, b: b!, same: same === '1' }
}

function refused(path: string, what: string): GatewayError {
  return new GatewayError('VALIDATION_FAILED', `${path} ${what}`, { field: 'pairs', remedy: form })
}
