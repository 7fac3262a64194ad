/** How long a login lasts. */
export interface LoginLimits {
  /** Without a request. */
  readonly idleMs: number
  /** From its beginning, whatever is refreshed. */
  readonly absoluteMs: number
}

export const defaultLoginLimits: LoginLimits = { idleMs: 15 * 60_000, absoluteMs: 12 * 3_600_000 }
