import type { PhiKind } from '#src/phi/detect-phi'
import { addressLines } from './lines/address.js'
import { birthDateLines } from './lines/birth-date.js'
import { clinicalLines } from './lines/clinical.js'
import { emailLines } from './lines/email.js'
import { mixedLines } from './lines/mixed.js'
import { mrnLines } from './lines/mrn.js'
import { phoneLines } from './lines/phone.js'
import { ssnLines } from './lines/ssn.js'

export interface LabelledLine {
  readonly text: string
  readonly kinds: readonly PhiKind[]
  /** Every third line of each list: the detector was not tuned on these. */
  readonly isHeldOut: boolean
}

const byKind = {
  ssn: ssnLines,
  mrn: mrnLines,
  phone: phoneLines,
  email: emailLines,
  birthDate: birthDateLines,
  address: addressLines,
} as const

/** Written before the detector. Each line is labelled with all the kinds that a careful reader finds in it. */
export const labelledLines: readonly LabelledLine[] = [
  ...Object.entries(byKind).flatMap(([kind, { positives, nearMisses }]) => [
    ...label(positives, () => [kind as PhiKind]),
    ...label(nearMisses, () => []),
  ]),
  ...label(clinicalLines, () => []),
  ...label(
    mixedLines.map(([text]) => text),
    index => mixedLines[index]?.slice(1) as PhiKind[],
  ),
]

function label(texts: readonly string[], kindsOf: (index: number) => readonly PhiKind[]): LabelledLine[] {
  return texts.map((text, index) => ({ text, kinds: kindsOf(index), isHeldOut: index % 3 === 2 }))
}
