import { existsSync } from 'node:fs'
import { say } from '../common/say.js'
import { type Corpus, readCorpus } from '../retrieval/corpus.js'

/** What is asked of the sample knowledge base, which a gateway's first start stores. */
const sampleQuestions = [
  'What is the blood pressure target for adults?',
  'When is a second drug added for hypertension?',
  'How is hypertension confirmed before treatment?',
  'Which lifestyle changes lower blood pressure?',
  'How often are kidney function and potassium checked?',
  'How is the severity of an asthma attack judged?',
  'How much oxygen does a patient with an asthma attack need?',
  'When are steroids given in an asthma attack?',
  'When is an asthma attack life threatening?',
  'When may a patient go home after an asthma attack?',
  'When is soap and water needed instead of alcohol rub?',
  'How long does hand rub take?',
  'What are the five moments of hand hygiene?',
  'Do gloves replace hand hygiene?',
  'How often is HbA1c measured?',
  'What is the HbA1c target in type 2 diabetes?',
  'When are the eyes examined in diabetes?',
  'How is the foot examined at a diabetes follow-up?',
  'When is metformin stopped?',
  'Which drug is added to metformin first?',
]

export interface LoadCorpus {
  readonly questions: readonly string[]
  /** Absent: the sample knowledge base. */
  readonly corpus?: Corpus
}

export async function readQuestions(data: string): Promise<LoadCorpus> {
  if (!existsSync(data)) {
    say(`${data} is not there: questions of the sample knowledge base are asked`)
    return { questions: sampleQuestions }
  }
  const corpus = await readCorpus(data)
  return { questions: corpus.questions.map(({ question }) => question), corpus }
}
