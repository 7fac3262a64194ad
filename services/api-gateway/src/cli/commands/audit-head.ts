import type { Command } from '../command.js'

export const auditHead: Command<Record<string, never>> = async ({ dependencies, actor, out }) => {
  out.line(await dependencies.services.audit.head(actor))
  return 0
}
