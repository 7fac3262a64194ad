import { expect, test } from 'vitest'
import { auditCsvLines } from '#src/audit/audit-csv'
import type { AuditRecord } from '#src/audit/audit-record'
import { parseCsv } from '../http/support/parse-csv.js'

test.each(['a\nb', 'a\rb', 'a\r\nb', '\n=1+1', '"\n"'])('%j stays one cell of one row', text => {
  const record: AuditRecord = {
    id: 'an id',
    timestamp: new Date(0),
    seq: '1',
    userId: null,
    user: null,
    userRole: null,
    action: 'session.read',
    resourceType: null,
    resourceId: null,
    requestId: null,
    ipAddress: null,
    userAgent: text,
    service: 'api-gateway',
    endpoint: null,
    success: true,
    statusCode: null,
    error: null,
    details: {},
  }
  const csv = auditCsvLines([record])
  expect(csv).toContain(`,"${text.replaceAll('"', '""')}",`)
  expect(parseCsv(csv)).toHaveLength(1)
})
