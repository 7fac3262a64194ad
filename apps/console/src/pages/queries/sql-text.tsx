import { formatSql } from './format-sql.js'

/** A statement to read, with its keywords marked. */
export function SqlText({ sql }: { readonly sql: string }) {
  return (
    <pre class="sql">
      <code>
        {formatSql(sql).map(({ text, isKeyword }, at) => (isKeyword ? <b key={at}>{text}</b> : text))}
      </code>
    </pre>
  )
}
