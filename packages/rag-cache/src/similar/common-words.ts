/** Say nothing of what is asked about. */
const functionWords = `a an the this that these those and or nor but if then than as of at by for from in into on onto to
  with about over under between is are was were be been being am i me my mine we us our you your he him his she her
  hers it its they them their there here who whom whose what which when where how so such too very also any some all
  each both own same just only do does did doing done have has had having can could may might must shall should will
  would get gets getting got please hi hello hey thanks thank dear sir im ive m s t ve d ll re u i'm really actually
  because while up out one someone anyone people person want wanted need wonder wondering tell let know think
  thought now still even well like something anything else not no never without none neither nor`

/** Stand in so many questions that sharing one says little. */
const frequentWords = `doctor pain cause symptom treatment help day week month year hour normal test take taken taking feel
  feeling feels felt good bad more most much many lot long time take go going went come came see look looking make
  made use used using recent recently last past ago today yesterday night morning since before after during again
  always sometimes often usual usually daily every other first second next few little big small severe mild worse
  better best concerned worry worried scared suggest recommend advice advise problem way possible chance medication
  disease effect say said told give gave given work right area side body home start still happen happening mean
  thing old try tried trying question answer person notice noticed able safe prescribed read heard hear friend
  experience experiencing experienced develop developed occur wrong due keep kept put sure maybe little bit early
  late high low blood diagnose diagnosed health healthy medical patient able option couple explain understand
  frequent constant constantly suddenly sudden`

const functions = new Set(functionWords.split(/\s+/))
const frequent = new Set(frequentWords.split(/\s+/))

export function isFunctionWord(word: string): boolean {
  return functions.has(word)
}

/** How much a content word says of its question: 1, or less where most questions hold it. */
export function rarity(word: string): number {
  return frequent.has(word) ? 0.3 : 1
}
