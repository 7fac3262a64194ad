import { chromiumOfRun } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './support/open-console.js'

describe.skipIf(!chromiumOfRun())('caches, flags and audit', () => {
  let opened: OpenConsole
  beforeAll(async () => {
    opened = await openConsole()
    await opened.signIn()
  })
  afterAll(() => opened?.close())

  /** As the console's own code asks. */
  const call = (method: string, path: string, body?: object) =>
    opened.page.evaluate(
      `fetch(${JSON.stringify(path)}, { method: '${method}', headers: { 'x-voiceassist-console': '1', 'content-type': 'application/json' }, body: ${JSON.stringify(body && JSON.stringify(body))} }).then(r => r.json())`,
    ) as Promise<Record<string, unknown>>

  test('caches: a search is found again, looked up and taken out', async () => {
    const { page, goTo, look, expectClean, expectSteady } = opened
    for (let time = 0; time < 2; time++) await call('POST', '/api/search', { query: 'low blood sugar' })
    await goTo('/caches')
    const row = page.getByRole('row', { name: /^rag_search / })
    await expect.poll(() => row.getByRole('cell').nth(1).textContent()).toMatch(/%/)
    await look('caches')
    await expectSteady(() => page.waitForResponse(response => response.url().endsWith('/api/admin/cache')))
    const lookUp = page.locator('section', { has: page.getByRole('heading', { name: 'Look up a key' }) })
    await lookUp.getByLabel('Key').fill('no:such key')
    await page.getByRole('button', { name: 'Look up' }).click()
    await page.getByText('Neither tier keeps this key').waitFor()

    const taking = page.locator('section', { has: page.getByRole('heading', { name: 'Invalidate' }) })
    await taking.getByRole('combobox', { name: 'By' }).selectOption('namespace')
    await taking.getByRole('combobox', { name: 'Namespace' }).fill('rag_search')
    await taking.getByRole('button', { name: 'Invalidate…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Invalidate' }).click()
    await page.getByText('no gateway serves the old value any more').waitFor()
    expect(await call('POST', '/api/search', { query: 'low blood sugar' })).toMatchObject({ from: 'search' })
    await page.getByRole('button', { name: 'Warm' }).click()
    await page.getByText(/Nothing was missing|Brought back/).waitFor()
    await expectClean()
  })

  test('flags: one is made, toggled with a reason, rolled out, overridden, tried and killed', async () => {
    const { page, goTo, look, expectClean, gateway } = opened
    await goTo('/flags')
    await page.getByRole('link', { name: 'registration_open' }).waitFor()
    await look('flags')
    await page.getByRole('button', { name: 'Enable… registration_open' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('A new clinic')
    await dialog.getByRole('button', { name: 'Enable' }).click()
    await page.getByRole('button', { name: 'Disable… registration_open' }).waitFor()
    // Acted on: anybody may make an account now.
    const made = { email: 'new@example.org', password: 'correct horse battery', fullName: 'New' }
    expect(await call('POST', '/api/auth/register', made)).toHaveProperty('message')

    await page.getByRole('button', { name: 'New flag' }).click()
    await dialog.getByLabel('Name').fill('ranker.next')
    await dialog.getByRole('button', { name: 'Make' }).click()
    await page.getByRole('heading', { level: 1, name: 'ranker.next' }).waitFor()
    await page.getByRole('button', { name: /^Enable…/ }).click()
    await dialog.getByLabel('Reason').fill('To try it')
    await dialog.getByRole('button', { name: 'Enable' }).click()
    await page.getByRole('button', { name: /^Disable…/ }).waitFor()

    await page.getByLabel('Per cent').fill('0')
    await page.getByRole('button', { name: 'Set…' }).click()
    await dialog.getByLabel('Reason').fill('Nobody yet')
    await dialog.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByRole('button', { name: 'Evaluate' }).click()
    const tried = page.locator('section', { has: page.getByRole('heading', { name: 'Try a context' }) })
    await expect.poll(() => tried.textContent()).toContain('false')

    await page.getByLabel('E-mail or id of the account').fill(gateway.administrator.email)
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('table', { name: 'Overrides' }).waitFor()
    await page.getByRole('cell', { name: 'To try it' }).waitFor()
    await look('flag')

    await page.getByRole('button', { name: 'Kill…' }).click()
    await dialog.getByLabel('Reason').fill('It ranks leaflets first')
    await dialog.getByRole('button', { name: 'Kill' }).click()
    await page.getByRole('button', { name: 'Revive…' }).waitFor()
    expect(await call('GET', '/api/flags/ranker.next')).toMatchObject({ enabled: false })
    await page.getByRole('cell', { name: 'It ranks leaflets first' }).waitFor()
    await expectClean()
  })

  test('a flag that somebody else changed meanwhile is not overwritten', async () => {
    const { page, goTo } = opened
    await goTo('/flags/llm_answers')
    await page.getByRole('button', { name: /^Disable…/ }).waitFor()
    await call('POST', '/api/admin/feature-flags/llm_answers/toggle', { enabled: false })
    await page.getByRole('button', { name: /^Disable…/ }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('Because')
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await expect.poll(() => page.getByRole('dialog').getByRole('alert').textContent()).toMatch(/revision/)
  })

  test('audit: what was done is there, filtered by the address, and the chain is whole', async () => {
    const { page, goTo, look, expectClean } = opened
    await goTo('/audit?action=flag.kill')
    await page.getByRole('cell', { name: 'flag.kill', exact: true }).waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
    await page.getByRole('button', { name: 'Details of flag.kill' }).click()
    await page.getByRole('dialog').getByText('It ranks leaflets first').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText('Whole').waitFor()
    await page.getByLabel('Action').fill('no.such')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByText('No row matches').waitFor()
    expect(page.url()).toContain('action=no.such')
    await page.goBack()
    await page.getByRole('cell', { name: 'flag.kill', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('cell', { name: 'auth.login', exact: true }).first().waitFor()
    await look('audit')
    await expectClean()
  })
})
