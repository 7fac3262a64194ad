import type { Scenario } from './scenario.js'
import type { ScenarioName } from './scenario-names.js'
import { outage } from './scenarios/outage.js'
import { spike } from './scenarios/spike.js'
import { soak, steady } from './scenarios/steady.js'
import { strategies } from './scenarios/strategies.js'

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  steady,
  soak,
  spike,
  outage,
  strategies,
}
