import { chromiumOfRun } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './support/open-console.js'
import { adviceExample, nPlusOneExample, plansExample } from './support/performance-examples.js'

describe.skipIf(!chromiumOfRun())('queries', () => {
  let opened: OpenConsole
  beforeAll(async () => {
    opened = await openConsole('pglite', { SLOW_QUERY_THRESHOLD_MS: '1' })
    await opened.signIn()
  })
  afterAll(() => opened?.close())

  test('a dashboard’s link to an endpoint leads to its statements; slow calls are listed', async () => {
    const { page, gateway, goTo, look, expectClean } = opened
    const headers = { 'x-voiceassist-console': '1' }
    for (const query of ['low blood sugar', 'fever of a child', 'what to do for a burn'])
      expect(
        (await page.request.post(`${gateway.url}/api/search`, { headers, data: { query } })).status(),
      ).toBe(200)
    const route = 'POST /api/search'
    await goTo(`/queries/slow?route=${encodeURIComponent(route)}`)
    const slow = page.getByRole('table', { name: 'The latest slow queries' }).getByRole('row')
    await slow.nth(1).waitFor()
    for (const text of (await slow.allTextContents()).slice(1))
      expect(text).toMatch(/POST \/api\/search.*threshold/)
    await look('queries-slow')

    await goTo(`/queries?route=${encodeURIComponent(route)}`)
    const statements = page.getByRole('table', { name: 'Statements by the time they took' }).getByRole('row')
    await statements.nth(1).waitFor()
    expect(new URL(page.url()).pathname).toBe('/console/queries/top')
    expect(await page.getByLabel('Endpoint').inputValue()).toBe(route)
    for (const text of (await statements.allTextContents()).slice(1)) expect(text).toContain(route)
    await page.getByLabel('Endpoint').selectOption({ label: 'all endpoints' })
    await look('queries-top')
    await page.getByLabel('Endpoint').selectOption(route)
    await statements.filter({ hasText: 'kb_chunks' }).getByRole('link').first().click()
    await page.getByRole('heading', { name: /^One statement, [\d.]+ % of the time of all/ }).waitFor()
    await look('queries-statement')
    await page.getByRole('link', { name: 'Its plan' }).click()
    await page.getByText(/^One statement only, /).waitFor()
    await expectClean()
  })

  test('a plan that the gateway looked at is drawn as a tree', async () => {
    const { page, gateway, goTo, expectClean } = opened
    // It looks at few of the slow ones, and not while it is busy.
    await expect
      .poll(async () => {
        await goTo('/knowledge-base')
        const answer = await page.request.get(`${gateway.url}/api/admin/performance/plans?limit=1`)
        return ((await answer.json()) as { items: unknown[] }).items.length
      })
      .toBe(1)
    await goTo('/queries/plans')
    await page.getByRole('link', { name: 'Open the plan of this statement' }).first().click()
    await page.getByText('costliest step').waitFor()
    expect(await page.getByText(/rows planned/).count()).toBeGreaterThan(0)
    await expectClean()
  })

  test('the findings of a plan stand at the steps they are about, and steps fold by the keyboard', async () => {
    const { page, goTo, look } = opened
    await page.route('**/performance/plans?*', route => route.fulfill({ json: plansExample }))
    await goTo('/queries/plans')
    await page.getByText('✕ slower').waitFor()
    await look('queries-plans')
    await goTo('/queries/plans?fingerprint=00000000000000a1')
    const scan = page.getByRole('listitem').filter({ hasText: /^Seq Scan on orders/ })
    await scan.getByText('Read 1,000,000 rows to find 5').waitFor()
    await scan.getByText('costliest step').waitFor()
    expect(await scan.getByText('× more than planned').count()).toBe(0)
    await page.getByText('200 × fewer than planned').waitFor()
    await look('queries-plan')
    const step = page.locator('summary').filter({ hasText: 'Nested Loop' })
    await step.focus()
    await page.keyboard.press('Enter')
    await scan.waitFor({ state: 'hidden' })
  })

  test('an index is advised when asked, with its gain, and its SQL to copy', async () => {
    const { page, goTo, look } = opened
    await goTo('/queries/indexes')
    // That of the gateway's own tables.
    await page.getByRole('heading', { name: 'Drop an index of public.audit_logs' }).waitFor()
    let answer: () => void = () => {}
    const answered = new Promise<void>(resolve => {
      answer = resolve
    })
    await page.route('**/performance/advice', async route => {
      await answered
      await route.fulfill({ json: adviceExample })
    })
    await page.getByRole('button', { name: 'Ask for advice' }).click()
    await page.getByRole('button', { name: 'Asking the planner…' }).waitFor()
    answer()
    const card = page.getByRole('article').filter({ hasText: 'New index on public.orders' })
    await card.getByText('25,000 → 8.3').waitFor()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await card.getByRole('button', { name: 'Copy SQL' }).click()
    await card.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${adviceExample.indexes[0]!.ddl};`)
    await card.getByText('How to check it, and how to undo it').click()
    await card.getByText('DROP INDEX CONCURRENTLY').waitFor()
    await look('queries-indexes')
    await page.getByRole('link', { name: 'N+1' }).click()
    await page.getByRole('link', { name: 'Indexes' }).click()
    await card.waitFor()
  })

  test('a line of code that repeats a query is named, with what to write instead', async () => {
    const { page, goTo, look, expectClean } = opened
    await goTo('/queries/n-plus-one')
    await page.getByText('No request repeated a query').waitFor()
    await page.route('**/performance/n-plus-one?*', route => route.fulfill({ json: nPlusOneExample }))
    await goTo('/queries/n-plus-one')
    const card = page.getByRole('article')
    await card.getByText('listOrders, src/orders.ts:42').waitFor()
    await card.getByText('Read the rows of customers in one query').waitFor()
    await look('queries-n-plus-one')
    await card.getByRole('link', { name: 'Its plan' }).click()
    await page.getByText('No plan of this statement is known').waitFor()
    await expectClean()
  })

  test('says what the gateway refuses', async () => {
    const { page, goTo } = opened
    await page.route('**/performance/slow?*', route =>
      route.fulfill({ status: 409, json: { code: 'PROFILER_DISABLED', detail: 'Queries are not profiled' } }),
    )
    await goTo('/queries/slow')
    await page.getByRole('alert').getByText('Queries are not profiled').waitFor()
  })
})
