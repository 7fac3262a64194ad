import { findAddresses } from './find-addresses.js'
import { findBirthDates } from './find-birth-dates.js'
import { findEmails } from './find-emails.js'
import { findPhones } from './find-phones.js'
import { findRecordNumbers } from './find-record-numbers.js'
import { findSsns } from './find-ssns.js'
import { plainForm } from './plain-form.js'
import type { Span } from './span.js'

export type PhiKind = 'ssn' | 'mrn' | 'phone' | 'email' | 'birthDate' | 'address'

export interface FoundPhi {
  readonly kind: PhiKind
  /** UTF-16 code units into the text, with the word that names it where one does. */
  readonly start: number
  readonly end: number
}

const finders: Readonly<Record<PhiKind, (text: string) => Iterable<Span>>> = {
  ssn: findSsns,
  mrn: findRecordNumbers,
  phone: findPhones,
  email: findEmails,
  birthDate: findBirthDates,
  address: findAddresses,
}

/**
 * What identifies a person in a text: US social security numbers, medical record numbers named as such, telephone numbers,
 * e-mail addresses, dates of birth and postal addresses. Names of people are not looked for, nor is anything that needs
 * knowledge of the world. Takes time linear in the length. `docs/phi-detection.md` says what each kind covers.
 */
export function detectPhi(text: string): FoundPhi[] {
  const ends = new Map<PhiKind, number>()
  return [...eachPhi(text)]
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ kind, start, end }) => {
      // Two patterns of a kind may find the same thing.
      if (start < (ends.get(kind) ?? 0)) return false
      ends.set(kind, end)
      return true
    })
}

/** Whether `detectPhi` finds anything; stops at the first. */
export function containsPhi(text: string): boolean {
  return eachPhi(text).next().done === false
}

function* eachPhi(original: string): Generator<FoundPhi> {
  const { text, offsets } = plainForm(original)
  for (const [kind, find] of Object.entries(finders) as [PhiKind, (text: string) => Iterable<Span>][]) {
    for (const [start, end] of find(text)) yield { kind, start: offsets[start]!, end: offsets[end]! }
  }
}
