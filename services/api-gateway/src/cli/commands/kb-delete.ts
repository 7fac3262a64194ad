import { GatewayError } from '../../errors.js'
import type { Command } from '../command.js'

export interface KbDeleteArguments {
  readonly ids: readonly string[]
}

export const kbDelete: Command<KbDeleteArguments> = async ({ dependencies, actor, out, signal }, { ids }) => {
  let failed = 0
  for (const id of ids) {
    signal.throwIfAborted()
    try {
      await dependencies.services.documents.remove(actor, id)
      out.line(`deleted ${id}`)
    } catch (error) {
      if (!(error instanceof GatewayError && error.code === 'NOT_FOUND')) throw error
      failed += 1
      out.error(`failed ${id}: ${error.message}`)
    }
  }
  return failed > 0 ? 1 : 0
}
