import { useState } from 'preact/hooks'
import { DataTable, type DataTableProps } from '../../parts/data-table.js'
import { formatNumber } from '../../parts/format.js'

const step = 50

/** A table of which so many rows are shown, and more when asked. */
export function LongTable<T>(props: DataTableProps<T>) {
  const [most, setMost] = useState(step)
  const left = props.items.length - most
  return (
    <>
      <DataTable {...props} items={props.items.slice(0, most)} />
      {left > 0 && (
        <button type="button" onClick={() => setMost(most + step)}>
          Show more ({formatNumber(left)} left)
        </button>
      )}
    </>
  )
}
