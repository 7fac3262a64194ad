const beginnings = ['https://', 'http://', 'ftp://', 'www.'] as const
/** Letters that an address begins with. */
export const firstLetters = 'hfwHFW'
/** An address in a text ends before one of these. */
export const endsAddress = /[\s<>"`[\]【】［］{}|\\^]/
/** What stands behind an address rather than at its end. */
const behind = /[.,;:!?'*_~]$/
export const maxAddressLength = 1000

/** How an address begins at the start of the text; 'maybe' while more text is needed to tell. */
export function addressBeginning(text: string): string | 'maybe' | undefined {
  const start = text.slice(0, 8).toLowerCase()
  const beginning = beginnings.find(one => start.startsWith(one))
  if (beginning) return beginning
  return beginnings.some(one => one.startsWith(start)) ? 'maybe' : undefined
}

/** An address without the punctuation of the sentence that it stands in. */
export function withoutPunctuation(address: string): string {
  for (let rest = address; ; rest = rest.slice(0, -1)) {
    const unbalanced = rest.endsWith(')') && rest.split('(').length < rest.split(')').length
    if (!behind.test(rest) && !unbalanced) return rest
  }
}

/** Every address in texts that is not over the length limit, as it stands there. */
export function addressesIn(texts: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const text of texts)
    for (const [address] of text.matchAll(/(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"`[\]【】［］{}|\\^]+/gi)) {
      const whole = withoutPunctuation(address)
      if (whole.length <= maxAddressLength) found.add(whole)
    }
  return found
}

/**
 * Where a markdown link leads, by what its round brackets hold; undefined when that is no address, as in [Na+](mmol/L).
 */
export function linkAddress(destination: string): string | undefined {
  const [first = ''] = destination.trim().split(/\s/)
  const address = first.replace(/^<(.*)>$/, '$1')
  return /^(?:[a-z][a-z0-9+.-]*:|[/\\]{2}|\/[\w-]+[/.])|\w\.[a-z]{2,}/i.test(address) ? address : undefined
}
