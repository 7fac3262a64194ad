import type pg from 'pg'
import type { NPlusOneKind, QueryProfiler } from '#src/index'

export interface Blind {
  readonly pool: pg.Pool
  readonly profiler: QueryProfiler
  /** Notes the line it is called on as where the queries are to be reported, and returns what it is given. */
  here<T>(thing: T): T
}

export interface Found {
  readonly kind: NPlusOneKind
  readonly count: number
  readonly function?: string
  /** In the parent's SQL; null: there is none. */
  readonly parent?: string | null
  readonly fix?: RegExp
  /** Nothing better than a line of the library is known. */
  readonly isInLibrary?: boolean
}

export interface BlindCase {
  readonly name: string
  readonly threshold?: number
  readonly run: (on: Blind) => Promise<unknown>
  /** None: nothing is to be reported. */
  readonly found?: readonly Found[]
}

export const authorById = 'select * from authors where id = $1'
export const booksOf = 'select * from books where author = $1'
export const ids = (count: number, from = 1) => Array.from({ length: count }, (_, at) => from + at)
export const idsOf = async (pool: pg.Pool, count: number): Promise<number[]> =>
  (await pool.query('select id from authors order by id limit $1', [count])).rows.map(({ id }) => id)
