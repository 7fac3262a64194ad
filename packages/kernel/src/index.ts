export { type Clock, systemClock } from './clock.js'
export { CodedError, type CodedErrorOptions } from './coded-error.js'
export { durationMs } from './duration.js'
