/** A guard of the detector, how to take it out of the compiled code, and a case that is then reported wrongly. */
export interface Guard {
  readonly name: string
  readonly file: string
  readonly code: string
  readonly without: string
  readonly case: string
}

const guard = (name: string, file: string, code: string, without: string, wrong: string): Guard => ({
  ...{ name, file, code, without },
  case: wrong,
})

const request = 'n-plus-one/request-calls.js'
const shape = 'n-plus-one/shape-calls.js'
const site = 'n-plus-one/site-calls.js'
const traits = 'n-plus-one/statement-traits.js'
const pages = 'n-plus-one/page-reads.js'
const hash = 'n-plus-one/parameter-hash.js'
const stack = 'capture/read-stack.js'

export const guards: readonly Guard[] = [
  guard('housekeeping', request, 'statement.shape.isHousekeeping', 'false', 'health checks'),
  guard('batches', request, 'isBatch(traits, values) ||', '', '= ANY in batches'),
  guard(
    'attempts of a transaction',
    request,
    'this.isAnotherAttempt(shape, hash)',
    'false',
    'a transaction of six look-ups that is tried again',
  ),
  guard(
    'attempts of a query',
    request,
    'record.sqlState !== undefined',
    'false',
    'a query that fails and is tried again with the same parameters',
  ),
  guard('pages', shape, 'this.arePages ? [] : reached', 'reached', 'pages by key, all of them'),
  guard(
    'pages move their beginning only',
    pages,
    "moved.every(({ role }) => role === 'range' || role === 'offset')",
    'true',
    'the next rows of each of many, from one place on',
  ),
  guard('pages have rows', pages, 'this.rows > 1', 'true', 'the single next row after each of many'),
  guard('pages by offset need no order of calls', pages, 'isByOffset ||', '', 'pages by an offset, at once'),
  guard(
    'polls',
    shape,
    '!(this.mayPoll && site.areEqual)',
    'true',
    'a row that is asked for until it changes',
  ),
  guard('polls wait', shape, '>= pollGapMs', '>= 0', 'the same id twelve times'),
  guard('polls are alone', shape, 'isAlone &&', '', 'one look-up that is repeated while others run'),
  guard(
    'polls are equal',
    shape,
    'this.mayPoll && site.areEqual',
    'this.mayPoll',
    'different rows, with a wait between',
  ),
  guard(
    'places are told apart',
    site,
    'return undefined;',
    'return 0;',
    'a function shared by many, called six times from each of two lines',
  ),
  guard(
    'frames are lost',
    site,
    'let at = 0;',
    'let at = 0; if (a.length !== b.length) return undefined;',
    'a while loop with a hundred',
  ),
  guard('recursion', stack, 'again >= 0', 'false', 'a walk through a tree'),
  guard(
    'functions without a name',
    stack,
    "frames.length === 1 && name === '' && !isDriven",
    'false',
    'Promise.all over map where some await before and some do not',
  ),
  guard(
    'helpers of compilers',
    stack,
    'frame.isMachinery || isDriverOf(raw, index)',
    'false',
    'async functions as ES2015 generators, in a loop',
  ),
  guard(
    'frames of packages',
    stack,
    'library !== undefined',
    'false',
    'Kysely, in a function that is called in a loop',
  ),
  guard('duplicates', site, 'distinct * 2 > this.count', 'true', 'the same id twelve times'),
  guard(
    'many different ones among more',
    site,
    'distinct >= Math.min(this.threshold, maxDistinct)',
    'false',
    'forty look-ups of twenty rows',
  ),
  guard('writes', site, 'this.isWrite)', 'false)', 'an update for each row'),
  guard('parents are about as many', site, 'rows >= this.count - 1', 'true', 'a loop in a loop'),
  guard(
    'values in the text',
    shape,
    'text === this.firstText ? hash : hashStatementText(text, hash)',
    'hash',
    'ids written into the text instead of parameters',
  ),
  guard('comments', hash, "text.includes('/*')", 'false', 'the same id under a comment that differs'),
  guard('rows of VALUES', traits, 'valuesRows > 1 ||', '', 'an update from a list of values, in batches'),
  guard(
    'functions that make rows',
    traits,
    '|| rowSources.test(statement.sql)',
    '',
    'a join with the elements of a JSON text, in batches',
  ),
  guard(
    'arrays as text',
    traits,
    "typeof value !== 'string'",
    'true',
    '= ANY with the text of an array of one element each time',
  ),
]
