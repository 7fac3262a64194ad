import type { Command } from '../command.js'
import { auditHead } from './audit-head.js'
import { auditVerify } from './audit-verify.js'
import { flagsKill } from './flags-kill.js'
import { flagsList } from './flags-list.js'
import { flagsOverride } from './flags-override.js'
import { flagsShow } from './flags-show.js'
import { flagsToggle } from './flags-toggle.js'
import { kbDelete } from './kb-delete.js'
import { kbImport } from './kb-import.js'
import { kbList } from './kb-list.js'
import { kbReindex } from './kb-reindex.js'
import { migrate } from './migrate.js'
import { ragCalibrate } from './rag-calibrate.js'
import { userCreate } from './user-create.js'
import { userDelete } from './user-delete.js'
import { userList } from './user-list.js'
import { userPassword } from './user-password.js'
import { userRevoke } from './user-revoke.js'
import { userSetActive } from './user-set-active.js'

/** What works on the database, by the names that go through the socket. */
export const allCommands = {
  'audit head': auditHead,
  'audit verify': auditVerify,
  'flags list': flagsList,
  'flags show': flagsShow,
  'flags toggle': flagsToggle,
  'flags kill': flagsKill,
  'flags override': flagsOverride,
  'kb import': kbImport,
  'kb list': kbList,
  'kb delete': kbDelete,
  'kb reindex': kbReindex,
  migrate,
  'rag calibrate': ragCalibrate,
  'user create': userCreate,
  'user list': userList,
  'user password': userPassword,
  'user revoke': userRevoke,
  'user delete': userDelete,
  'user set-active': userSetActive,
} as const

export type CommandName = keyof typeof allCommands

/** A command with its arguments; the two belong together. */
export type CommandCall = {
  readonly [Name in CommandName]: {
    readonly command: Name
    readonly args: (typeof allCommands)[Name] extends Command<infer Arguments> ? Arguments : never
  }
}[CommandName]

export function isCommandName(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(allCommands, name)
}
