import { type AuditFilterName, type AuditQuery, filterNames } from './use-audit-query.js'

export interface AuditFilterProps {
  readonly query: AuditQuery
  readonly onChange: (query: AuditQuery) => void
}

const texts: readonly (readonly [AuditFilterName, string, string])[] = [
  ['action', 'Action', 'message.list'],
  ['userId', 'User’s id', ''],
  ['resourceType', 'Type of resource', 'session'],
  ['resourceId', 'Resource’s id', ''],
  ['requestId', 'Request’s id', ''],
]

export function AuditFilter({ query, onChange }: AuditFilterProps) {
  return (
    // Another query, another form: its fields show what the address says.
    <form
      key={JSON.stringify(query)}
      class="card row"
      aria-label="Filter"
      onSubmit={event => {
        event.preventDefault()
        onChange(read(event.currentTarget))
      }}
    >
      {texts.map(([name, title, example]) => (
        <label key={name} class="field">
          {title}
          <input
            name={name}
            defaultValue={query[name]}
            placeholder={example}
            maxLength={255}
            spellcheck={false}
          />
        </label>
      ))}
      <label class="field">
        Outcome
        <select name="success">
          {[
            ['', 'any'],
            ['true', 'succeeded'],
            ['false', 'failed or refused'],
          ].map(([value, title]) => (
            <option key={value} value={value} selected={value === (query.success ?? '')}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {(['from', 'to'] as const).map(name => (
        <label key={name} class="field">
          {name === 'from' ? 'From' : 'Before'}
          <input type="datetime-local" name={name} defaultValue={localTime(query[name])} />
        </label>
      ))}
      <div class="actions">
        <button type="submit" class="primary">
          Filter
        </button>
        <button type="button" onClick={() => onChange({})}>
          Clear
        </button>
      </div>
    </form>
  )
}

function read(form: HTMLFormElement): AuditQuery {
  const data = new FormData(form)
  const entries = filterNames.flatMap(name => {
    const value = String(data.get(name) ?? '').trim()
    if (!value) return []
    return [[name, name === 'from' || name === 'to' ? new Date(value).toISOString() : value] as const]
  })
  return Object.fromEntries(entries)
}

/** As the field wants it: in the reader's own time zone, without one named. */
function localTime(iso: string | undefined): string | undefined {
  const at = new Date(iso ?? Number.NaN)
  if (Number.isNaN(at.getTime())) return undefined
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
