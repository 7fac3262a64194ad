import fastifyPlugin from 'fastify-plugin'
import type { FlagDecisions } from '../flags/flag-decisions.js'

/**
 * The flag `rbac_enforcement` widens no access: what a role does not allow is refused in any case. Where the flag is off,
 * unknown or stale, the log says what would have been refused, as the flag's name promises.
 */
export const rbacEnforcement = fastifyPlugin<{ readonly decisions: Pick<FlagDecisions, 'rbacIsEnforced'> }>(
  async (app, { decisions }) => {
    app.addHook('onError', async (request, _reply, error) => {
      const { principal } = request
      if (!principal || (error as { code?: string }).code !== 'FORBIDDEN') return
      if (decisions.rbacIsEnforced(principal)) return
      request.log.warn(
        { route: request.routeOptions.url, method: request.method, role: principal.role },
        'rbac_enforcement is not on: this was refused all the same',
      )
    })
  },
)
