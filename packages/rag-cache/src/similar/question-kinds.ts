/** What is asked of a thing; the patterns read words in small letters with known phrases as one word. */
const patterns = {
  'side effect': /\bsideeffects?\b/,
  dose: /\b(dos(e|es|age|ing)|how much|overdose)\b/,
  cost: /\b(costs?|prices?|expensive|cheap|afford\w*)\b/,
  mechanism: /\b(mechanism|works?)\b/,
  alternative: /\b(apart|other|another|besides|alternative\w*|instead|else|rather|except|option\w*)\b/,
  comparison: /\b(difference|differ|versus|vs|compared?|better)\b/,
  effect: /\b(effective\w*|helpful|help)\b/,
  'home remedy': /\b(home|natural\w*|otc|over the counter)\b/,
  procedure: /\b(surg\w+|operation|procedure)\b/,
  time: /\b(when|time|soon)\b/,
  duration: /\b(how long|duration)\b/,
  recovery: /\b(recover\w*|heal\w*)\b/,
  risk: /\b(risk\w*|complications?|danger\w*|harm\w*|safe\w*|unsafe)\b/,
  medicine: /\b(medic\w+|drugs?|pills?|tablets?|antibiotics?)\b/,
  'next step': /\b(what should|should i|what can|what do|what to do|do i need)\b/,
  referral: /\b(doctor|specialist|er|emergency)\b/,
  definition: /\b(mean|means|meaning|defin\w+)\b/,
  food: /\b(diet|foods?|eat\w*|nutri\w*)\b/,
  cause: /\b(caus\w+|reasons?|why|due to|leads? to|trigger\w*|results?|because|give)\b/,
  treatment:
    /\b(treat\w*|cur(e|es|ed|able)|remed\w+|relie\w+|rid|stop|therap\w+|fix|manag\w+|address|cope|improve)\b/,
  prevention: /\b(prevent\w*|avoid\w*)\b/,
  symptom: /\b(symptoms?|signs?)\b/,
  diagnosis: /\b(diagnos\w+|tests?|tested|detect\w*|confirm\w*|scan|xray|ultrasound)\b/,
  transmission: /\b(contagious|infectious|transmit\w*|spread\w*)\b/,
  normality: /\b(normal\w*|common\w*|usual\w*)\b/,
  worry: /\b(worr\w+|concern\w*|serious)\b/,
  pregnancy: /\bpregnan\w+/,
  prognosis:
    /\b(?<!the |my |her |his )(last(?! (\d|few|two|three|couple|week|month|year|night|day|time))|permanent\w*|go away|prognosis|expectancy|fatal|long term|life)\b/,
  chance: /\b(chance\w*|likel\w+|odds|possib\w+|probab\w+)\b/,
  way: /\bhow\b/,
  choice: /\b(which|best|good|recommend\w*|suggest\w*)\b/,
  'what it is':
    /\b(could (it|this|that|i)|is (it|this)|do i have|what is (it|this)|what could|what wrong|going on|happening)\b/,
} as const

export type QuestionKind = keyof typeof patterns

/** Who asks for one of these has another answer than who does not. */
export const decisiveKinds: ReadonlySet<QuestionKind> = new Set([
  'side effect',
  'cost',
  'mechanism',
  'alternative',
  'treatment',
  'prevention',
  'diagnosis',
  'transmission',
  'prognosis',
])

/** Two questions that ask for some of these, and for none in common, have different answers. */
export const tellingKinds: ReadonlySet<QuestionKind> = new Set([
  ...decisiveKinds,
  'dose',
  'cause',
  'symptom',
  'definition',
  'duration',
])

export function questionKindsOf(asked: string): QuestionKind[] {
  return (Object.keys(patterns) as QuestionKind[]).filter(kind => patterns[kind].test(asked))
}
