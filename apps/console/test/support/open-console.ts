import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromiumOfRun, type DatabaseKind } from '@voiceassist/testkit'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { type ConsoleGateway, startGateway } from './start-gateway.js'

const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url))
/** Without them Chromium asks Google's hosts for this and that. */
const quiet = [
  ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

export interface OpenConsole {
  readonly gateway: ConsoleGateway
  readonly page: Page
  /** By the form, as the administrator of the first start. */
  signIn(): Promise<void>
  /** @param path below /console */
  goTo(path: string): Promise<void>
  /** Fails on what axe objects to, in both themes; then takes screenshots of both in two widths, for a person to look at. */
  look(name: string): Promise<void>
  /** Fails on errors of the page, breaches of its content security policy and requests elsewhere since the last call. */
  expectClean(): Promise<void>
  /** Fails on a layout shift while `during` waits, as for live data. */
  expectSteady(during: () => Promise<unknown>): Promise<void>
  close(): Promise<void>
}

export async function openConsole(
  kind: DatabaseKind = 'pglite',
  environment: Readonly<Record<string, string>> = {},
): Promise<OpenConsole> {
  const gateway = await startGateway(kind, environment)
  const browser = await launch()
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const wrong = await watched(page, gateway.url)

  async function goTo(path: string) {
    await page.goto(`${gateway.url}/console${path}`)
  }
  return {
    gateway,
    page,
    goTo,
    async signIn() {
      await goTo('/')
      await page.getByLabel('E-mail').fill(gateway.administrator.email)
      await page.getByLabel('Password').fill(gateway.administrator.password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Sign out' }).waitFor()
    },
    async look(name) {
      mkdirSync(screenshots, { recursive: true })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await objections(page), `axe on ${name}, ${colorScheme}`).toEqual([])
        for (const width of [380, 1280]) {
          await page.setViewportSize({ width, height: 900 })
          const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
          expect(overflow, `${name} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0)
          await page.screenshot({ path: `${screenshots}${name}-${colorScheme}-${width}.png`, fullPage: true })
        }
      }
      await page.emulateMedia({ colorScheme: null })
    },
    async expectClean() {
      expect(wrong.splice(0)).toEqual([])
    },
    async expectSteady(during) {
      await page.evaluate('shifts.splice(0)')
      await during()
      expect(await page.evaluate('shifts')).toEqual([])
    },
    async close() {
      await browser.close()
      await gateway.close()
    },
  }
}

function launch(): Promise<Browser> {
  const executablePath = chromiumOfRun()
  if (!executablePath) throw new Error('The run has no browser')
  return chromium.launch({ executablePath, args: quiet, chromiumSandbox: process.getuid?.() !== 0 })
}

/** What goes wrong on a page, as it happens. */
async function watched(page: Page, origin: string): Promise<string[]> {
  const wrong: string[] = []
  page.on('pageerror', error => wrong.push(`error: ${error.message}`))
  page.on('console', message => {
    // A refused request is shown by the page itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      wrong.push(`console: ${message.text()}`)
  })
  page.on('request', request => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:'))
      wrong.push(`request to ${url}`)
  })
  await page.exposeFunction('reportWrong', (text: string) => wrong.push(text))
  await page.addInitScript(`
    addEventListener('securitypolicyviolation', e => reportWrong('policy: ' + e.violatedDirective + ' ' + e.blockedURI))
    globalThis.shifts = []
    new PerformanceObserver(list => {
      for (const { value, hadRecentInput, sources } of list.getEntries())
        if (!hadRecentInput && value > 0.01)
          shifts.push(value.toFixed(3) + ': ' + sources.map(({ node }) => node?.className || node?.nodeName))
    }).observe({ type: 'layout-shift' })
  `)
  return wrong
}

async function objections(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[]
  }
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  )
}
