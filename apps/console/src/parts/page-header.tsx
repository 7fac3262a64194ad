import type { ComponentChildren } from 'preact'

export interface PageHeaderProps {
  readonly title: string
  /** One sentence: what one finds here. */
  readonly about?: string
  /** Buttons. */
  readonly children?: ComponentChildren
}

export function PageHeader({ title, about, children }: PageHeaderProps) {
  return (
    <div class="page-header">
      <div>
        <h1>{title}</h1>
        {about && <p class="muted">{about}</p>}
      </div>
      <div class="actions">{children}</div>
    </div>
  )
}
