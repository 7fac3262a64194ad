/** Tells the gateway that a page of its own asks, and not a form of another origin. */
export const ownPage = { 'x-voiceassist-console': '1' } as const
