/** Where the gateway serves the console. */
export const base = '/console'
