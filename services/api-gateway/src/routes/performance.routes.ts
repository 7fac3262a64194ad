import {
  indexAudit,
  noQuery,
  nPlusOneQueries,
  performanceQuery,
  profiledQueries,
  queryAdvice,
  queryPlans,
  slowQueries,
} from '@voiceassist/api-contract'
import type { PerformanceService } from '../services/performance.service.js'
import { mutable } from './mutable.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['performance']
const config = { access: 'admin' } as const
const defaultLimit = 100

export const performanceRoutes: RoutePlugin<{ readonly performance: PerformanceService }> = async (
  app,
  { performance },
) => {
  app.get(
    '/performance/queries',
    {
      config,
      schema: {
        tags,
        summary: 'Statements by the time they took',
        description: 'Of this gateway, since its start; values of queries are not kept.',
        querystring: performanceQuery,
        response: { 200: profiledQueries },
      },
    },
    async ({ query: { limit = defaultLimit } }) => {
      const { queries, forgottenStatements } = performance.queries(limit)
      return { items: mutable(queries), forgottenStatements }
    },
  )

  app.get(
    '/performance/slow',
    {
      config,
      schema: {
        tags,
        summary: 'The latest slow queries',
        querystring: performanceQuery,
        response: { 200: slowQueries },
      },
    },
    async ({ query: { limit = defaultLimit } }) => ({ items: mutable(performance.slow(limit)) }),
  )

  app.get(
    '/performance/n-plus-one',
    {
      config,
      schema: {
        tags,
        summary: 'Queries that one request repeats, with the line of code that does',
        querystring: performanceQuery,
        response: { 200: nPlusOneQueries },
      },
    },
    async ({ query: { limit = defaultLimit } }) => ({ items: mutable(performance.nPlusOne(limit)) }),
  )

  app.get(
    '/performance/plans',
    {
      config,
      schema: {
        tags,
        summary: 'Plans of slow queries, and what they show',
        querystring: performanceQuery,
        response: { 200: queryPlans },
      },
    },
    async ({ query: { limit = defaultLimit } }) => {
      const { plans, changes } = performance.plans(limit)
      return { items: mutable(plans), changes: mutable(changes) }
    },
  )

  app.get(
    '/performance/indexes',
    {
      config,
      schema: {
        tags,
        summary: 'Indexes that are redundant, unused, invalid or missing on foreign keys',
        querystring: noQuery,
        response: { 200: indexAudit },
      },
    },
    async () => {
      const { indexes, notes } = await performance.indexes()
      return { items: mutable(indexes), notes: [...notes] }
    },
  )

  app.get(
    '/performance/advice',
    {
      config,
      schema: {
        tags,
        summary: 'Indexes that would help the queries of this gateway',
        description:
          'Asks the planner, which takes seconds. Advice is text: nothing is created in the database.',
        querystring: noQuery,
        response: { 200: queryAdvice },
      },
    },
    async () => mutable(await performance.advice()),
  )
}
