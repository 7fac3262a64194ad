import type { FlagInput } from '#src/testing'

/** The flags of OpenFeature's specification (specification/assets/gherkin/test-flags.json) as this package writes them. */
const picture = { showImages: true, title: 'Check out these pics!', imagesPerPage: 100 }

const values = {
  boolean: { on: true, off: false },
  string: { greeting: 'hi', parting: 'bye' },
  integer: { one: 1, ten: 10 },
  float: { tenth: 0.1, half: 0.5 },
  object: { empty: {}, template: picture },
} as const
const served = {
  boolean: 'on',
  string: 'greeting',
  integer: 'ten',
  float: 'half',
  object: 'template',
} as const
export const kinds = ['boolean', 'string', 'integer', 'float', 'object'] as const
export type Kind = (typeof kinds)[number]

const zeros = {
  boolean: { zero: false, 'non-zero': true },
  string: { zero: '', 'non-zero': 'str' },
  integer: { zero: 0, 'non-zero': 1 },
  float: { zero: 0, 'non-zero': 1 },
  object: { zero: {}, 'non-zero': picture },
} as const

/** What two flags of flagd share by reference. */
export const ballmer = {
  name: 'ballmer',
  when: { attribute: 'email', operator: 'equals', value: 'ballmer@macrosoft.com' },
} as const
const isBallmer = ballmer.when

function flag(name: string, variants: object, defaultVariant: string, more: object = {}): FlagInput {
  const type = typeof Object.values(variants)[0]
  const ownVariants = Object.entries(variants)
    .filter(([name]) => name !== 'on' && name !== 'off') // those every flag has
    .map(([name, value]) => ({ name, value, weight: 1 }))
  return {
    name,
    type: type === 'object' ? 'json' : type,
    enabled: true,
    variants: ownVariants,
    defaultVariant,
    ...more,
  } as FlagInput
}

const rule = (variant: string, when: object) => ({
  targetingRules: [{ id: 'who', when, serve: { variant } }],
})
const isNoCustomer = { attribute: 'customer', operator: 'equals', value: false }

export const specificationFlags: readonly FlagInput[] = [
  ...kinds.flatMap(kind => [
    flag(`${kind}-flag`, values[kind], served[kind]),
    flag(`${kind}-zero-flag`, zeros[kind], 'zero'),
    flag(`${kind}-targeted-zero-flag`, zeros[kind], 'zero', rule('zero', isBallmer)),
    flag(`${kind}-disabled-flag`, values[kind], served[kind], { enabled: false }),
  ]),
  flag('wrong-flag', { one: 'uno', two: 'dos' }, 'one'),
  flag(
    'context-aware',
    { internal: 'INTERNAL', external: 'EXTERNAL' },
    'external',
    rule('internal', isNoCustomer),
  ),
  flag(
    'complex-targeted',
    { internal: 'INTERNAL', external: 'EXTERNAL' },
    'external',
    rule('internal', {
      all: [isNoCustomer, isBallmer, { attribute: 'age', operator: 'greaterThan', value: 10 }],
    }),
  ),
  flag('metadata-flag', { on: true, off: false }, 'on', {
    metadata: { string: '1.0.2', integer: 2, float: 0.1, boolean: true },
  }),
]

export const pictureValue = picture
