import type { User } from '../../services/accounts/user.js'
import type { Command } from '../command.js'

const pageSize = 1000

export const userList: Command<Record<string, never>> = async ({ dependencies, out, signal }) => {
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const page = await dependencies.services.auth.listUsers({ limit: pageSize, cursor })
    for (const user of page.items) out.line(lineOf(user))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return 0
}

function lineOf({ email, role, active, fullName, lastLogin }: User): string {
  const seen = lastLogin ? `last login ${lastLogin.toISOString()}` : 'never logged in'
  return [email, role, active ? 'active' : 'disabled', seen, ...(fullName ? [fullName] : [])].join('  ')
}
