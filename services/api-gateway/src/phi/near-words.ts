/** What stands before a number that names a thing, not a person: a lot, a device, a publication. */
const thingBefore =
  /\b(?:lot|batch|serial|catalog(?:ue)?|cat|ref|part|model|order|device|ndc|pmid|pmcid|isbn|issn|udi|gtin|npi|nct|isrctn|doi|loinc|cas)(?:\.? ?(?:numbers?|no|nr|code|id|is)\b| ?[.:#=(-]| ){0,4}$/i

/** What stands behind a quantity. */
const unitBehind =
  /^ ?(?:%|(?:m|mc|u|µ|μ|k|n)?g\b|(?:m|d|u|µ|μ)?l\b|i?u\b|units?\b|m?mol\b|meq\b|mmhg\b|bpm\b|copies\b|cells\b|beats\b|kcal\b|patients\b|participants\b|women\b|men\b|adults\b|children\b|per\b|[mc]m\b|ms\b|days?\b|weeks?\b|months?\b|years?\b|h\b|min\b)/i

/** Whether the label just before `start` says that a number is of a thing. */
export function namesThing(text: string, start: number): boolean {
  return thingBefore.test(text.slice(Math.max(0, start - 40), start))
}

/** Whether a unit of measure, or of people counted, follows at `end`. */
export function isQuantity(text: string, end: number): boolean {
  return unitBehind.test(text.slice(end, end + 16))
}
