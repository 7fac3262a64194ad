import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'

/** An object that refuses fields it does not name. */
export function strictObject<Properties extends TProperties>(
  properties: Properties,
  options: { description?: string; minProperties?: number } = {},
): TObject<Properties> {
  return Type.Object(properties, { ...options, additionalProperties: false })
}

/** Text that PostgreSQL and JSON can carry: no NUL, no half of a surrogate pair. */
export const storableText = '^[^\\u0000\\uD800-\\uDFFF]*$'

/** Lengths in Unicode code points. */
export function text(minLength: number, maxLength: number, options: { description?: string } = {}) {
  return Type.String({ minLength, maxLength, pattern: storableText, ...options })
}

/** Something other than white space; of what is empty the least length speaks. */
export const filled = '^$|\\S'

/** Text that says something. Its length in Unicode code points. */
export function filledText(maxLength: number) {
  return Type.String({ minLength: 1, maxLength, pattern: storableText, allOf: [{ pattern: filled }] })
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Unsafe<Static<Schema> | null>({ ...schema, type: [(schema as { type?: string }).type, 'null'] })
}

/** A list of at least one and at most `maxItems`. */
export function listOf<Schema extends TSchema>(item: Schema, maxItems: number) {
  return Type.Array(item, { minItems: 1, maxItems })
}

export const uuid = Type.String({ format: 'uuid' })

/** ISO 8601, UTC, milliseconds. */
export const timestamp = Type.String({ format: 'date-time' })

export const cursor = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'Opaque: what an earlier page gave',
})

export const nextCursor = nullable(
  Type.String({ description: 'Cursor of the following page; null: this is the last one' }),
)

export const idParams = strictObject({ id: uuid })
export type IdParams = Static<typeof idParams>

/** The body of a request that takes none. */
export const noBody = Type.Unsafe<null | Record<string, never>>({
  type: ['object', 'null'],
  additionalProperties: false,
})

/** A query string that takes no parameter. */
export const noQuery = strictObject({})

export const metadataScalar = Type.Union([text(0, 1000), Type.Number(), Type.Boolean()])

export function scalarsByKey<Schema extends TSchema>(value: Schema, maxProperties: number) {
  return Type.Unsafe<Record<string, Static<Schema>>>({
    type: 'object',
    maxProperties,
    propertyNames: { minLength: 1, maxLength: 100, pattern: storableText },
    additionalProperties: value,
  })
}
