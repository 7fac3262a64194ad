import type { Role } from '../../db/schema.js'
import type { UserRow } from '../../repositories/users.repository.js'

export interface User {
  readonly id: string
  readonly email: string
  readonly fullName: string
  readonly role: Role
  readonly active: boolean
  readonly createdAt: Date
  readonly lastLogin: Date | null
}

export function userOf(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    fullName: row.full_name,
    role: row.role,
    active: row.is_active,
    createdAt: row.created_at,
    lastLogin: row.last_login,
  }
}
