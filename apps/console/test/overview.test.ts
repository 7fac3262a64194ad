import type { Overview, OverviewSample } from '@voiceassist/api-contract'
import { chromiumOfRun } from '@voiceassist/testkit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './support/open-console.js'

describe.skipIf(!chromiumOfRun())('the overview', () => {
  let opened: OpenConsole
  beforeAll(async () => {
    opened = await openConsole()
    await opened.signIn()
  })
  afterAll(() => opened?.close())

  test('shows nine figures of the gateway as they come, without anything shifting', async () => {
    const { page, look, expectClean, expectSteady } = opened
    await page.getByText('● Live').waitFor()
    const cards = page.getByRole('article')
    await cards.nth(8).waitFor()
    expect(await cards.count()).toBe(9)
    expect(await page.locator('.chart canvas').count()).toBe(9)
    const ownWork = page.getByRole('region', { name: 'Database Queries per Second, in figures' })
    await ownWork.getByRole('row', { name: /select .*\d+.* \/s/ }).waitFor()
    await expectSteady(() => samples(page, 2))
    await expectClean()
    await look('overview')
  })

  test('greets a newcomer once', async () => {
    const { page, goTo } = opened
    const steps = page.getByRole('region', { name: 'First steps' })
    expect(await steps.getByRole('link').allTextContents()).toEqual([
      'Ask a question',
      'Ask it again',
      'Find the slow query',
    ])
    await page.getByRole('button', { name: 'Hide these' }).click()
    await goTo('/overview')
    await page.getByRole('article').first().waitFor()
    expect(await steps.count()).toBe(0)
  })

  test('keeps what is drawn when the gateway goes and another comes, and holds still while paused', async () => {
    const page = await pageOfStream(opened, '/overview')
    const row = page.getByRole('row', { name: /^P95/ })
    const figures = () => row.getByRole('cell').allTextContents()

    await emit(page, 'overview', overviewOf([sample(0, 0.2), sample(2, 0.9)]))
    await page.getByText('! watch').waitFor()
    expect(await figures()).toEqual(['900 ms', '200 ms', '900 ms'])
    await page.evaluate('stream.onerror()')
    await page.getByText('Reconnecting…').waitFor()
    expect(await figures()).toEqual(['900 ms', '200 ms', '900 ms'])

    await emit(page, 'overview', overviewOf([sample(4, 0.3)]))
    await page.getByText('● Live').waitFor()
    await expect.poll(figures).toEqual(['300 ms', '200 ms', '900 ms'])

    await page.getByRole('button', { name: 'Pause' }).click()
    await emit(page, 'sample', sample(6, 1.5))
    await page.getByText('Paused').waitFor()
    expect(await figures()).toEqual(['300 ms', '200 ms', '900 ms'])
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('✕ bad').waitFor()
    expect(await figures()).toEqual(['1.5 s', '200 ms', '1.5 s'])

    // Old samples go: an hour of them is not kept.
    await emit(page, 'sample', sample(3600, 0.1))
    await expect.poll(figures).toEqual(['100 ms', '100 ms', '100 ms'])
    await page.close()
  })

  test('says what to set where nothing is counted', async () => {
    const page = await pageOfStream(opened, '/overview', {
      status: 409,
      json: { code: 'METRICS_DISABLED', detail: 'The gateway was started with METRICS_ENABLED=false' },
    })
    await page.evaluate('stream.readyState = 2; stream.onerror()')
    await page.getByText('METRICS_ENABLED=true').waitFor()
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0)
    await page.close()
  })
})

/** A page whose stream the test holds in its hands, as `stream`. */
async function pageOfStream(
  { page: signedIn, gateway }: OpenConsole,
  path: string,
  answer?: { status: number; json: object },
): Promise<Page> {
  const browser = signedIn.context().browser()!
  const page = await browser.newPage({ storageState: await signedIn.context().storageState() })
  await page.addInitScript(`
    window.EventSource = class extends EventTarget {
      static CLOSED = 2
      readyState = 1
      constructor() { super(); window.stream = this }
      close() {}
    }
  `)
  if (answer) await page.route('**/api/admin/overview', route => route.fulfill(answer))
  await page.goto(`${gateway.url}/console${path}`)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await expect.poll(() => page.evaluate('"stream" in window')).toBe(true)
  return page
}

async function emit(page: Page, event: string, data: object) {
  await page.evaluate(
    `stream.onopen(); stream.dispatchEvent(new MessageEvent('${event}', { data: ${JSON.stringify(JSON.stringify(data))} }))`,
  )
}

function overviewOf(samples: OverviewSample[]): Overview {
  const panel = { id: 'queryTimes', title: 'Query times', unit: 'seconds' as const, warnAt: 0.5, badAt: 1 }
  return { everySeconds: 2, panels: [{ ...panel, series: ['P95'] }], samples }
}

function sample(second: number, value: number): OverviewSample {
  return { at: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(), values: [[value]] }
}

/** Resolves when so many events of a stream have come. */
async function samples(page: Page, count: number): Promise<void> {
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  for (let come = 0; come < count; come++)
    await new Promise<unknown>(resolve => network.once('Network.eventSourceMessageReceived', resolve))
  await network.detach()
}
