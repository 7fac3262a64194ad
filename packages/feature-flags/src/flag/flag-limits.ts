/** What a flag, a segment and an environment may hold; more is refused with FLAG_INVALID. */
export const flagLimits = {
  nameLength: 255,
  /** Of a description, in UTF-16 units. */
  descriptionLength: 4000,
  /** Of a targeting key in an override or a segment, and of a text that a condition compares with, in UTF-16 units. */
  textLength: 1024,
  /** Of a regular expression, in bytes of UTF-8. */
  patternBytes: 1024,
  /** Instructions that a regular expression becomes: bounds what one look at a text costs. */
  patternInstructions: 2000,
  rules: 100,
  conditionDepth: 10,
  /** Of a flag over all its rules, and of a segment. */
  conditions: 200,
  /** Of a flag, those of the segments it names included, each as often as it is named. */
  conditionsThroughSegments: 2000,
  listValues: 10_000,
  variants: 100,
  weight: 1_000_000,
  /** Of one value as JSON in UTF-8, and of a flag's metadata. */
  jsonBytes: 65_536,
  jsonDepth: 32,
  prerequisites: 20,
  /** Flags that are evaluated for one, prerequisites of prerequisites included, each as often as it is named. */
  evaluationsThroughPrerequisites: 100,
  flags: 10_000,
  segments: 1000,
  overrides: 100_000,
} as const
