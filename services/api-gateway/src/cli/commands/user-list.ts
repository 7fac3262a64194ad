import type { User } from '../../services/auth-accounts.service.js'
import type { Command } from '../command.js'

const pageSize = 1000

export const userList: Command<Record<string, never>> = async ({ dependencies, out, signal }) => {
  let page: User[]
  let afterEmail: string | undefined
  do {
    signal.throwIfAborted()
    page = await dependencies.services.auth.listUsers({
      limit: pageSize,
      ...(afterEmail === undefined ? {} : { afterEmail }),
    })
    for (const user of page) out.line(lineOf(user))
    afterEmail = page.at(-1)?.email
  } while (page.length === pageSize)
  return 0
}

function lineOf({ email, role, active, fullName, lastLogin }: User): string {
  const seen = lastLogin ? `last login ${lastLogin.toISOString()}` : 'never logged in'
  return [email, role, active ? 'active' : 'disabled', seen, ...(fullName ? [fullName] : [])].join('  ')
}
