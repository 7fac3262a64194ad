import type { TestApp } from './test-app.js'

export const flagsPath = '/api/admin/feature-flags'

export interface FlagAnswer {
  readonly status: number
  readonly body: { readonly [field: string]: unknown; readonly revision: number }
  readonly etag: string
}

export interface FlagCalls {
  call(method: string, url: string, payload?: object, ifMatch?: string): Promise<FlagAnswer>
  make(name: string, more?: object): Promise<FlagAnswer>
  /** Newest first. */
  history(name: string): Promise<{ action: string; details: object; userId: string }[]>
  on(name: string, targetingKey?: string): Promise<boolean>
}

/** An administrator's calls, and what the app itself evaluates. */
export function flagCalls(test: TestApp): FlagCalls {
  const call: FlagCalls['call'] = async (method, url, payload, ifMatch) => {
    const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch }
    const answer = await test.call(method, url, { as: 'admin', headers, ...(payload ? { payload } : {}) })
    const body = answer.body === '' ? undefined : answer.json()
    return { status: answer.statusCode, body, etag: String(answer.headers.etag) }
  }
  return {
    call,
    make: (name, more = {}) => call('POST', flagsPath, { name, ...more }),
    history: async name => (await call('GET', `${flagsPath}/${name}/history`)).body.items as never,
    on: (name, targetingKey = 'u') => test.flags.isEnabled(name, { targetingKey }),
  }
}
