import {
  auditPage,
  evaluateFlagRequest,
  flagEvaluation,
  flagNameParams,
  flagPageQuery,
  flagScopeQuery,
} from '@voiceassist/api-contract'
import { userActorOf } from '../plugins/request-actor.js'
import type { FlagInspectionService } from '../services/flags/flag-inspection.service.js'
import { auditRowView } from './audit.routes.js'
import { mutable } from './mutable.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['feature flags']

export const flagInspectionRoutes: RoutePlugin<{ readonly inspection: FlagInspectionService }> = async (
  app,
  { inspection },
) => {
  app.post(
    '/feature-flags/:name/evaluate',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'What a feature flag serves to a context, by which rule, and why',
        params: flagNameParams,
        querystring: flagScopeQuery,
        body: evaluateFlagRequest,
        response: { 200: flagEvaluation },
      },
    },
    async request => {
      const { name } = request.params
      const found = await inspection.evaluate(name, request.body.context, request.query)
      const { value, variant, reason, errorCode } = found.details
      return {
        flag: name,
        value: mutable(value),
        variant: variant ?? null,
        reason,
        errorCode: errorCode ?? null,
        rule: found.rule,
        why: found.why,
        revision: found.revision,
      }
    },
  )

  app.get(
    '/feature-flags/:name/history',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Who changed a feature flag, and what, newest first',
        description: 'From the audit rows; also of a flag that was deleted.',
        params: flagNameParams,
        querystring: flagPageQuery,
        response: { 200: auditPage },
      },
    },
    async request => {
      const page = await inspection.history(userActorOf(request), request.params.name, request.query)
      return { items: page.items.map(auditRowView), nextCursor: page.nextCursor }
    },
  )
}
