import type { PhiKind } from '#src/phi/detect-phi'

/** Lines that hold more than one kind. */
export const mixedLines: readonly (readonly [text: string, ...kinds: PhiKind[]])[] = [
  ['DOB 3/14/1962, MRN 1234567, admitted with DKA', 'birthDate', 'mrn'],
  ['SSN 987-65-4320, phone (617) 555-0134', 'ssn', 'phone'],
  ['jane@example.com or 617-555-0135, chest pain', 'email', 'phone'],
  ['42 Oak Street, Dayton; born March 14, 1962', 'address', 'birthDate'],
  ['MRN: A-12345 / DOB: 1962-03-14 / SSN: 987-65-4321', 'mrn', 'birthDate', 'ssn'],
  ['Chart #20418, PO Box 12, a@example.org', 'mrn', 'address', 'email'],
  ['Tel +1 617 555 0136\nDOB:\n14.03.1962\nBP 120/80', 'phone', 'birthDate'],
  ['Patient ID 4471902; lives at 9 Elm St; 617.555.0137', 'mrn', 'address', 'phone'],
  ['E11.9, HbA1c 9.1 %, MRN 7719203, mail x@example.com', 'mrn', 'email'],
]
