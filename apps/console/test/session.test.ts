import { chromiumOfRun } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './support/open-console.js'

describe.skipIf(!chromiumOfRun())('the console', () => {
  let opened: OpenConsole
  beforeAll(async () => {
    opened = await openConsole()
  })
  afterAll(() => opened?.close())

  test('asks who one is, says that a password is wrong, and lets in', async () => {
    const { page, gateway, goTo, look, expectClean } = opened
    await goTo('/')
    await page.getByRole('heading', { name: 'VoiceAssist' }).waitFor()
    await look('sign-in')
    await page.getByLabel('E-mail').fill(gateway.administrator.email)
    await page.getByLabel('Password').fill('wrong password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/password/i)
    await opened.signIn()
    expect(page.url()).toBe(`${gateway.url}/console/overview`)
    await expectClean()
  })

  test('is one page for each name of the navigation, by keyboard too', async () => {
    const { page, expectClean } = opened
    for (const title of ['Queries', 'Caches', 'Flags', 'Knowledge base', 'Ask', 'Audit', 'Overview']) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: title }).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      expect(await page.title()).toBe(`${title} · VoiceAssist`)
    }
    await expectClean()
  })

  test('remembers the theme', async () => {
    const { page } = opened
    await page.getByLabel('Colours').selectOption('dark')
    await page.reload()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    expect(await page.evaluate('document.documentElement.style.colorScheme')).toBe('dark')
    await page.getByLabel('Colours').selectOption('system')
  })

  test('signs out, and back leads nowhere', async () => {
    const { page, goTo, expectClean } = opened
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await goTo('/audit')
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await expectClean()
  })
})
