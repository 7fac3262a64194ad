import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

export interface Question {
  readonly question: string
  /** File name of the document that answers it, without extension. */
  readonly document: string
}

export interface Corpus {
  readonly folder: string
  readonly documents: string
  readonly questions: readonly Question[]
}

/** @throws Error that says what the folder lacks */
export async function readCorpus(data: string): Promise<Corpus> {
  const folder = resolve(data)
  const documents = join(folder, 'documents')
  const isFolder = await stat(documents).then(
    facts => facts.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new Error(`${folder} has no folder documents/; give another with --data DIR`)
  const text = await readFile(join(folder, 'questions.jsonl'), 'utf8').catch(() => {
    throw new Error(`${folder} has no file questions.jsonl; give another with --data DIR`)
  })
  const questions = text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map((line, index) => parseQuestion(line, index + 1))
  if (questions.length === 0) throw new Error(`${folder}/questions.jsonl holds no question`)
  return { folder, documents, questions }
}

function parseQuestion(line: string, number: number): Question {
  try {
    const { question, document } = JSON.parse(line) as Partial<Question>
    if (typeof question === 'string' && typeof document === 'string') return { question, document }
  } catch {}
  throw new Error(`questions.jsonl, line ${number}: not {"question": "…", "document": "…"}`)
}
