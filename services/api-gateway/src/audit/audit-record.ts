/** An audit row as it is read. */
export interface AuditRecord {
  readonly id: string
  readonly timestamp: Date
  /** Null until it is sealed. */
  readonly seq: string | null
  readonly userId: string | null
  /** E-mail, or a pseudonym once the account is deleted. */
  readonly user: string | null
  readonly userRole: string | null
  readonly action: string
  readonly resourceType: string | null
  readonly resourceId: string | null
  readonly requestId: string | null
  readonly ipAddress: string | null
  readonly userAgent: string | null
  readonly service: string
  readonly endpoint: string | null
  readonly success: boolean
  readonly statusCode: number | null
  readonly error: string | null
  readonly details: Readonly<Record<string, string | number | boolean | null>>
}
