import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { sealSome } from '#src/audit/audit-sealer'
import { auditRow, insertAuditRows } from '#src/repositories/audit-logs.repository'
import { parseCsv } from './support/parse-csv.js'
import { auditKey, eventsOf, openTestApp, type TestApp } from './support/test-app.js'

const url = '/api/admin/audit-logs'

describeDatabases('the audit', kind => {
  let test: TestApp
  beforeAll(async () => {
    test = await openTestApp({ kind })
  })
  afterAll(() => test?.close())

  const actions = async () =>
    (
      await test.database.pool.query(
        "select action from audit_logs where action like 'audit.%' order by timestamp",
      )
    ).rows.map(row => row.action)

  it('comes as a file of all rows that match, with no cell that a spreadsheet would run', async () => {
    const timestamp = new Date(Date.UTC(2017, 0, 1))
    const agents = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'plain, "quoted"\nand broken']
    const rows = Array.from({ length: 600 }, (_, n) => ({
      ...auditRow(
        { ...gatewayActor('test'), userAgent: agents[n % agents.length]! },
        { action: 'session.read' },
      ),
      timestamp,
    }))
    await insertAuditRows(test.database.db, rows)
    const answer = await test.call(
      'GET',
      `${url}?format=csv&from=2017-01-01T00:00:00Z&to=2017-01-02T00:00:00Z`,
      {
        as: 'admin',
      },
    )
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toBe('attachment; filename="audit-logs.csv"')
    expect(answer.body.slice(0, answer.body.indexOf('\n'))).toMatch(/details\r$/)
    const cells = parseCsv(answer.body)
    expect(cells[0]).toEqual(expect.arrayContaining(['timestamp', 'seq', 'action', 'userAgent', 'details']))
    expect(cells).toHaveLength(601)
    const column = cells[0]!.indexOf('userAgent')
    const expected = [`'=1+1`, `'+1`, `'-1`, `'@SUM(A1)`, `'\t=1`, agents[5]]
    expect(new Set(cells.slice(1).map(row => row[column]))).toEqual(new Set(expected))
    for (const row of cells.slice(1)) {
      expect(row).toHaveLength(cells[0]!.length)
      for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    }
    expect(await actions()).toContain('audit.export')
  })

  it('verifies, says how far it is, and gives a signed head that it then holds', async () => {
    await test.storeReads()
    const get = (path: string, headers = {}) => test.call('GET', `${url}/${path}`, { as: 'admin', headers })
    while ((await sealSome(test.database.db, auditKey)) > 0) {}
    const { head } = (await get('head')).json()
    expect(head).toMatch(/^va-audit-head-1\.\d+\./)
    const found = (await get(`verify?head=${head}`)).json()
    expect(found).toEqual({
      ok: true,
      checked: Number(head.split('.')[1]),
      broken: null,
      unsealed: { count: 1, oldest: expect.any(String) },
      head: 'held',
    })
    const events = eventsOf((await get('verify', { accept: 'text/event-stream' })).body)
    expect(events.at(0)).toMatchObject({ event: 'progress', data: { done: expect.any(Number) } })
    expect(events.at(-2)).toMatchObject({ event: 'verification', data: { ok: true, head: 'not given' } })
    expect(events.at(-1)?.event).toBe('done')
    const refused = await get(`verify?head=${head.replace(/.$/, 'x')}`)
    expect(refused.json()).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' })
    expect((await actions()).slice(-3).toSorted()).toEqual(['audit.head', 'audit.verify', 'audit.verify'])
  })
})
