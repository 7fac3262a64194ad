const abbreviations = new Set(
  `dr mr mrs ms prof st jr sr rev gen sgt fig figs tab no nos vol vols pp ed eds et al cf viz vs ca approx appt dept
  est inc ltd co corp eq eqs ref refs sec ch spp sp subsp var e.g i.e eg ie a.k.a
  jan feb mar apr jun jul aug sep sept oct nov dec`.split(/\s+/),
)

/** Whether a full stop behind this word, given without it, belongs to the word: 'Dr', 'e.g', 'U.S', 'R' (an initial). */
export function isAbbreviation(word: string): boolean {
  return abbreviations.has(word.toLowerCase()) || /^\p{Lu}$/u.test(word) || /^\p{L}(?:\.\p{L})+$/u.test(word)
}
