/** One flag of each kind and of each reason, for routes that evaluate. */
export function exampleFlags(revision = 1, changes: Readonly<Record<string, object>> = {}): object {
  const isWard = { attribute: 'ward', operator: 'equals', value: 'B' }
  const all: Record<string, object> = {
    'llm-answers': { type: 'boolean', metadata: { owner: 'answers' } },
    ranker: {
      type: 'string',
      variants: [variant('plain', 'plain'), variant('neural', 'neural')],
      defaultVariant: 'plain',
      targetingRules: [{ id: 'ward-b', when: isWard, serve: { variant: 'neural' } }],
    },
    'top-k': { type: 'number', value: 7 },
    layout: { type: 'json', value: { columns: 2, names: ['a'] } },
    split: { type: 'multivariate', variants: [variant('a', 'A'), variant('b', 'B')] },
    off: { type: 'boolean', enabled: false },
    'in-code': { type: 'string', value: 'on', enabled: false },
    'needs-off': { type: 'boolean', prerequisites: [{ flag: 'off', variants: ['on'] }] },
    broken: {
      type: 'boolean',
      targetingRules: [
        {
          id: 'text',
          when: { attribute: 'note', operator: 'matches', value: '^x' },
          serve: { variant: 'on' },
        },
      ],
    },
    gone: { type: 'boolean', archived: true },
  }
  return {
    environment: 'test',
    revision,
    flags: Object.entries(all).map(([name, flag]) => ({ name, enabled: true, ...flag, ...changes[name] })),
  }
}

function variant(name: string, value: string) {
  return { name, value, weight: 1 }
}
