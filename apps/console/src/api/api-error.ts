import type { Problem } from '@voiceassist/api-contract'

/** An answer that is no success, or none at all (`code` OFFLINE). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly field?: string,
    readonly requestId?: string,
  ) {
    super(detail)
  }

  static async of(response: Response): Promise<ApiError> {
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>
    const detail = problem.detail ?? `The gateway answered ${response.status} ${response.statusText}`
    return new ApiError(response.status, problem.code ?? 'UNKNOWN', detail, problem.field, problem.requestId)
  }
}
