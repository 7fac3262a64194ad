import type { DocumentDetail, DocumentSummary } from '@voiceassist/api-contract'

/** By file name of the sample knowledge base. */
const questionsOf: Readonly<Record<string, readonly string[]>> = {
  'adult-hypertension.md': [
    'What are the treatments for high blood pressure?',
    'How is high blood pressure measured correctly?',
  ],
  'asthma-attack.md': ['What is given first in an asthma attack?'],
  'hand-hygiene.md': ['When are soap and water used instead of alcohol rub?'],
  'type-2-diabetes-follow-up.md': ['How often is HbA1c checked?'],
}

/** Those whose document is there. */
export function sampleQuestions(documents: readonly DocumentSummary[]): string[] {
  const names = new Set(documents.map(({ filename }) => filename))
  return Object.entries(questionsOf).flatMap(([name, questions]) => (names.has(name) ? questions : []))
}

const maxOfDocument = 4

/** A document's own headings, as questions. */
export function headingQuestions({ title, chunks }: Pick<DocumentDetail, 'title' | 'chunks'>): string[] {
  const headings = new Set(chunks.map(({ heading }) => heading.split(' > ').at(-1)!.trim()).filter(Boolean))
  if (headings.size === 0) return [`What does “${title}” say?`]
  return [...headings]
    .slice(0, maxOfDocument)
    .map(heading => (heading.endsWith('?') ? heading : `What does “${title}” say about ${heading}?`))
}
