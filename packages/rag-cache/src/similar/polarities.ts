/** Each axis has sides that no two questions may differ in: what is true of one is not of the other. */
const axes: Readonly<Record<string, readonly string[]>> = {
  safety: ['safe safely ok okay harmless', 'unsafe dangerous harmful danger risky hazardous'],
  order: ['before prior', 'after following post afterwards'],
  course: [
    'start starting started begin beginning began',
    'stop stopping stopped quit quitting discontinue withdraw',
  ],
  change: [
    'increase increased increasing increases raise raises raising gain gained gaining grow',
    'decrease decreased decreasing decreases reduce reduces reduced reducing lose losing lost shrink lowering',
  ],
  level: ['high higher elevated raised', 'low lower decreased'],
  amount: ['more', 'less fewer'],
  side: ['left', 'right'],
  place: ['upper above top', 'lower below bottom'],
  sex: [
    'male man men boy boys son husband brother father dad boyfriend he his him',
    'female woman women girl girls daughter wife sister mother mom girlfriend she her pregnant pregnancy',
  ],
  age: [
    'adult adults elderly senior seniors',
    'child children kid kids infant infants baby babies newborn newborns toddler toddlers teenager teenagers',
  ],
  timing: ['early earlier', 'late later delayed'],
  result: ['positive', 'negative'],
  onset: ['acute', 'chronic'],
  growth: ['benign', 'malignant cancerous'],
  opinion: ['allowed recommended', 'forbidden contraindicated avoid'],
  speed: ['fast faster rapid quickly', 'slow slower slowly'],
  frequency: ['always', 'never'],
  depth: ['inside internal', 'outside external'],
  life: ['alive', 'dead'],
  heat: ['hot warm', 'cold'],
  activity: ['active', 'latent dormant'],
}

const poleOfWord = new Map<string, string>()
for (const [axis, sides] of Object.entries(axes))
  for (const [side, words] of sides.entries())
    for (const word of words.split(' ')) poleOfWord.set(word, `${axis}:${side}`)

/** Prefixes that turn a word round: `unsafe`, `hypothyroidism` beside `hyperthyroidism`. */
const oppositePrefixes: readonly (readonly [string, string])[] = [
  ['hypo', 'hyper'],
  ['brady', 'tachy'],
  ['pre', 'post'],
  ['macro', 'micro'],
  ['intra', 'extra'],
  ['', 'un'],
  ['', 'in'],
  ['', 'im'],
  ['', 'ir'],
  ['', 'non'],
  ['', 'ab'],
  ['', 'anti'],
  ['', 'dis'],
]

/** What is left of a word without its prefix: `able` and `unable`, and not `on` and `anion`. */
const leastStem = 4

/** `axis:side`, of the words in a text in small letters. */
export function polesOf(tokens: readonly string[]): string[] {
  const poles = tokens.flatMap((token, index) => {
    const pole = poleOfWord.get(token)
    if (pole === undefined) return []
    // 'right now', 'all right': no side of the body.
    if (token === 'right' && /^(now|away|after|before)$/.test(tokens[index + 1] ?? '')) return []
    return [pole]
  })
  return [...new Set(poles)].sort()
}

/** Whether one of the words, turned round by its prefix, is among the others. */
export function hasOpposite(words: readonly string[], others: readonly string[]): boolean {
  const among = new Set(others)
  return words.some(word =>
    oppositePrefixes.some(
      ([one, other]) => turned(word, one, other, among) || turned(word, other, one, among),
    ),
  )
}

function turned(word: string, from: string, to: string, among: ReadonlySet<string>): boolean {
  return (
    word.startsWith(from) && word.length - from.length >= leastStem && among.has(to + word.slice(from.length))
  )
}
