/** A number of a question. `value` is in the base unit, `raw` as it was written, for where the other question leaves the unit out. */
export interface QuestionNumber {
  readonly raw: number
  readonly value: number
  /** The base unit, such as `mg` or `hour`; empty where none stands beside it. */
  readonly unit: string
}

const words: Readonly<Record<string, number>> = {
  one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12,
  thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16, seventeen: 17, eighteen: 18, nineteen: 19, twenty: 20,
  thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90, hundred: 100,
  once: 1, twice: 2, thrice: 3, half: 0.5,
} // biome-ignore format: a table

/** Written unit: base unit, and how many of it one is. */
const units: Readonly<Record<string, readonly [string, number]>> = {}
for (const [base, size, names] of [
  ['mg', 1, 'mg mgs milligram milligrams'],
  ['mg', 1000, 'g gm gms gram grams'],
  ['mg', 0.001, 'mcg ug µg μg microgram micrograms'],
  ['mg', 1e6, 'kg kgs kilo kilos kilogram kilograms'],
  ['mg', 453_592, 'lb lbs pound pounds'],
  ['mg', 28_349.5, 'oz ounce ounces'],
  ['ml', 1, 'ml mls cc millilitre milliliter millilitres milliliters'],
  ['ml', 1000, 'l liter litre liters litres'],
  ['mm', 1, 'mm millimetre millimeter millimetres millimeters'],
  ['mm', 10, 'cm cms centimetre centimeter centimetres centimeters'],
  ['mm', 1000, 'm meter metre meters metres'],
  ['mm', 25.4, 'in inch inches'],
  ['mm', 304.8, 'ft feet foot'],
  ['hour', 1 / 3600, 'second seconds sec secs'],
  ['hour', 1 / 60, 'min mins minute minutes'],
  ['hour', 1, 'h hr hrs hour hours'],
  ['hour', 24, 'd day days'],
  ['hour', 168, 'wk wks week weeks'],
  ['month', 1, 'mo mos mth mths month months'],
  ['month', 12, 'y yo yr yrs year years'],
  ['iu', 1, 'iu unit units'],
  ['time', 1, 'time times x'],
  ['%', 1, 'percent'],
] as const)
  for (const name of names.split(' '))
    (units as Record<string, readonly [string, number]>)[name] = [base, size]

/** Words in front of a number that say of what it is. */
const labels = new Set([
  'type',
  'stage',
  'grade',
  'phase',
  'class',
  'day',
  'week',
  'month',
  'trimester',
  'factor',
])

/** Of the tokens of a text in small letters, in its order. */
export function numbersOf(tokens: readonly string[]): QuestionNumber[] {
  const found: QuestionNumber[] = []
  for (const [index, token] of tokens.entries()) {
    const raw = numberOf(token)
    if (raw === undefined) continue
    const unit = units[tokens[index + 1] ?? '']
    const label = tokens[index - 1] ?? ''
    if (unit) found.push({ raw, value: rounded(raw * unit[1]), unit: unit[0] })
    else if (labels.has(label)) found.push({ raw, value: raw, unit: label })
    // 'one' is a pronoun more often than a number, 'once' and 'half' are no counts of anything.
    else if (!['one', 'once', 'half'].includes(token)) found.push({ raw, value: raw, unit: '' })
  }
  return found
}

/** Whether two numbers may be the same: a missing unit is any unit. */
export function sameNumber(a: QuestionNumber, b: QuestionNumber): boolean {
  if (a.unit === b.unit) return a.value === b.value
  return (a.unit === '' || b.unit === '') && a.raw === b.raw
}

export function isDuration(unit: string): boolean {
  return unit === 'hour' || unit === 'month'
}

function numberOf(token: string): number | undefined {
  if (Object.hasOwn(words, token)) return words[token]
  if (!/^\d/.test(token)) return undefined
  const value = Number(
    /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(token) ? token.replaceAll(',', '') : token.replace(',', '.'),
  )
  return Number.isFinite(value) ? value : undefined
}

/** To six digits: 0.1 g is 100 mg. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
