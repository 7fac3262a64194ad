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
    return ApiError.ofProblem(await response.json().catch(() => undefined), response.status)
  }

  /** @param body what may be a problem */
  static ofProblem(body: unknown, status = 0): ApiError {
    const problem = (body ?? {}) as Partial<Problem>
    const detail = problem.detail ?? `The gateway answered ${status}`
    return new ApiError(
      problem.status ?? status,
      problem.code ?? 'UNKNOWN',
      detail,
      problem.field,
      problem.requestId,
    )
  }
}
