/** What of the gateway hangs on flags. Each is there from the start of an environment, and comes back when it is deleted. */
export const ownFlags = [
  {
    name: 'rbac_enforcement',
    description: 'Refuses what a role does not allow; off, it is refused all the same, and logged',
    enabled: true,
    owner: 'security',
  },
  {
    name: 'registration_open',
    description: 'Anybody may make an account of the role user',
    enabled: false,
    owner: 'accounts',
  },
  {
    name: 'llm_answers',
    description: 'Answers are written by the model of LLM_URL; off, they are quotations',
    enabled: true,
    owner: 'answers',
  },
  {
    name: 'semantic_query_reuse',
    description: 'A question is answered by the passages that were found for one of the same meaning',
    enabled: false,
    owner: 'answers',
  },
] as const

export type OwnFlag = (typeof ownFlags)[number]['name']
