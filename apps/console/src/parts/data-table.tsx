import type { ComponentChildren } from 'preact'

export interface Column<T> {
  readonly title: string
  readonly cell: (item: T) => ComponentChildren
  /** Aligned to the right, with figures of one width. */
  readonly numeric?: boolean
}

export interface DataTableProps<T> {
  /** What a screen reader calls the table. */
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  readonly isSelected?: (item: T) => boolean
}

/** Below 700 px each row is a block, its cells with their titles. */
export function DataTable<T>({ caption, columns, items, keyOf, isSelected }: DataTableProps<T>) {
  return (
    <table class="data-table">
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ title, numeric }) => (
            <th key={title} scope="col" class={numeric ? 'numeric' : undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map(item => (
          <tr key={keyOf(item)} class={isSelected?.(item) ? 'selected' : undefined}>
            {columns.map(({ title, cell, numeric }) => (
              <td key={title} data-title={title} class={numeric ? 'numeric' : undefined}>
                {cell(item)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
