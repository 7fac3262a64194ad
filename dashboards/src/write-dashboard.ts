// npm run dashboards: writes the dashboard's file. With --import-body it prints what Grafana's API takes instead.
import { writeFileSync } from 'node:fs'
import { dashboardFile, dashboardText } from './dashboard-file.js'
import { importBody, performanceDashboard } from './performance-dashboard.js'

if (process.argv.includes('--import-body'))
  process.stdout.write(`${JSON.stringify(importBody(performanceDashboard()))}\n`)
else writeFileSync(dashboardFile, dashboardText())
