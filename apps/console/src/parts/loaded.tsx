import type { ComponentChildren } from 'preact'
import type { Resource } from '../api/use-resource.js'
import { ErrorPanel } from './error-panel.js'
import { Loading } from './loading.js'

export interface LoadedProps<T> {
  readonly of: Resource<T>
  readonly what: string
  readonly rows?: number
  readonly children: (data: T) => ComponentChildren
}

/** Loading, failed, or there. What was there already stays while it is read again. */
export function Loaded<T>({ of, what, rows, children }: LoadedProps<T>) {
  return (
    <>
      {of.error && <ErrorPanel error={of.error} onRetry={of.reload} />}
      {of.data !== undefined && children(of.data)}
      {of.data === undefined && !of.error && <Loading what={what} {...(rows && { rows })} />}
    </>
  )
}
