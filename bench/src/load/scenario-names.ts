export const scenarioNames = ['steady', 'soak', 'spike', 'outage', 'strategies'] as const
export type ScenarioName = (typeof scenarioNames)[number]
