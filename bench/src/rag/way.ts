/**
 * How a gateway of the bench searches: from its cache; past it; or, once that was done, with a kept answer of the cache, so that
 * the route's hooks, validation and body are all that is left.
 */
export const ways = ['cached', 'uncached', 'same body'] as const
export type Way = (typeof ways)[number]
