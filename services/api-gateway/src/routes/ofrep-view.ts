import {
  type OfrepFailure,
  type OfrepSuccess,
  ofrepErrorCodes,
  ofrepReasons,
} from '@voiceassist/api-contract'
import type { EvaluationDetails } from '@voiceassist/feature-flags'

/** Where the metadata hold a reason that OFREP's closed list lacks (docs/decisions/0036-ofrep.md). */
const ownReason = 'voiceassist.reason'

/** An evaluation as OFREP says it. A value that is undefined is the default in the caller's code, and is left out. */
export function ofrepView(details: EvaluationDetails): OfrepSuccess | OfrepFailure {
  const { flagKey: key, value, variant, reason, errorCode, errorMessage, flagMetadata } = details
  // A provider answers an error with the default in the code, which may be open where `off` is served.
  if (errorCode && variant === undefined)
    return {
      key,
      errorCode: isOneOf(ofrepErrorCodes, errorCode) ? errorCode : 'GENERAL',
      ...(errorMessage !== undefined && { errorDetails: errorMessage }),
    }
  const isKnown = isOneOf(ofrepReasons, reason)
  const metadata = isKnown ? flagMetadata : { ...flagMetadata, [ownReason]: reason }
  return {
    key,
    ...(value !== undefined && { value }),
    ...(variant !== undefined && { variant }),
    reason: isKnown ? reason : 'UNKNOWN',
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

function isOneOf<Item extends string>(list: readonly Item[], text: string): text is Item {
  return (list as readonly string[]).includes(text)
}
