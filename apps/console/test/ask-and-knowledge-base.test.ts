import { chromiumOfRun } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './support/open-console.js'

const guideline = `# Quibblefax

## What is the dose of Quibblefax?

Quibblefax is given as 40 mg once a day with food.

## When is Quibblefax stopped?

Quibblefax is stopped when the rash comes.
`
const note = '# Ward note\n\nThe frobnicator stands beside bed four.'
const fileOf = (name: string, text: string) => ({
  name,
  mimeType: 'text/markdown',
  buffer: Buffer.from(text),
})

describe.skipIf(!chromiumOfRun())('ask and the knowledge base', () => {
  let opened: OpenConsole
  beforeAll(async () => {
    opened = await openConsole('pglite', { MAX_DOCUMENT_BYTES: '20000' })
    await opened.signIn()
  })
  afterAll(() => opened?.close())

  const article = () => opened.page.getByRole('article')
  const times = () => article().getByRole('table', { name: 'Where the time went' })
  const answered = (name: string) =>
    opened.page.getByRole('article', { name }).getByRole('list', { name: 'Citations' })

  test('a sample question is answered with citations, and faster the second time', async () => {
    const { page, goTo, expectClean, look } = opened
    const question = 'What are the treatments for high blood pressure?'
    await goTo('/ask')
    await page.getByRole('button', { name: question }).click()
    await answered(question).waitFor()
    await times().getByText('searched', { exact: true }).waitFor()

    await article().getByRole('button', { name: 'Citation 1' }).first().click()
    const cited = answered(question).getByRole('listitem').first()
    expect(await cited.textContent()).toMatch(/\[1\] High Blood Pressure in Adults › .*score 0\.\d+/)
    expect(await cited.getByRole('blockquote').textContent()).toMatch(/calcium channel blockers/)

    await article().getByRole('button', { name: 'Ask again' }).click()
    await times().getByText('from cache').waitFor()
    expect(await times().getByRole('row').count()).toBe(3)
    const saved = article().getByText(/^Passages in .* instead of .*; the whole answer in /)
    await saved.waitFor()
    await look('ask')
    await expectClean()
  })

  test('says whether an answer helped, and what comes of it', async () => {
    const { page, expectClean } = opened
    await page.getByRole('button', { name: 'Yes, it helped' }).click()
    await page.getByText('Noted with the answer that it helped.').waitFor()
    await page.getByRole('button', { name: 'No, it did not help' }).click()
    await page.getByLabel('Why not?').fill('of something else')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Noted with the answer that it did not help.').waitFor()
    await expectClean()
  })

  test('an answer is stopped, and asked for again without asking twice', async () => {
    const { page, expectClean } = opened
    const question = 'How often is HbA1c checked?'
    const sent: unknown[] = []
    await page.route('**/messages', route => {
      sent.push(route.request().postDataJSON())
    })
    await page.getByLabel('Question').fill(question)
    await page.keyboard.press('Enter')
    await article().getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped. The question is kept without an answer.').waitFor()
    await page.unroute('**/messages')
    const [request] = await Promise.all([
      page.waitForRequest('**/messages'),
      article().getByRole('button', { name: 'Go on' }).click(),
    ])
    await answered(question).waitFor()
    expect(sent).toEqual([request.postDataJSON()]) // the clientMessageId too
    await page.getByRole('navigation', { name: 'Asked here' }).getByRole('button').nth(1).waitFor()
    const kept = (await page.evaluate('JSON.stringify([localStorage, sessionStorage])')) as string
    expect(`${page.url()} ${kept}`).not.toMatch(/hba1c/i)
    await expectClean()
  })

  test('what a model writes is shown as text, and what it took back is not', async () => {
    const { page, expectClean } = opened
    const answer = (content: string) => ({
      ...{ id: 'a', content, citations: [], model: 'some-model', retrieval: { from: 'search' } },
    })
    const evil = '<img src="https://example.org/x"> see [a link](https://example.org/y) [1]'
    const streams = [
      [
        ['message', {}],
        ['delta', { text: 'half a' }],
        ['error', { code: 'EMBEDDER_FAILED', detail: 'It failed' }],
      ],
      [
        ['message', {}],
        ['delta', { text: 'void words' }],
        ['reset', { reason: 'uncited' }],
        ['answer', answer(evil)],
      ],
    ]
    const sent: unknown[] = []
    await page.route('**/messages', route => {
      sent.push(route.request().postDataJSON())
      const events = [...streams.shift()!, ['done', {}]]
      const body = events
        .map(([name, data]) => `event: ${name}\r\ndata: ${JSON.stringify(data)}\r\n\r\n`)
        .join('')
      return route.fulfill({ contentType: 'text/event-stream', body })
    })
    await page.getByLabel('Question').fill('And by a model?')
    await page.getByRole('button', { name: 'Ask', exact: true }).click()
    await article().getByRole('alert').getByText('It failed').waitFor()
    await article().getByRole('button', { name: 'Try again' }).click()
    await article().getByText(evil).waitFor()
    await article().getByText('What the model wrote was taken back (uncited)').waitFor()
    expect(await article().getByText('void words').count()).toBe(0)
    expect(await article().locator('img, .answer-text a').count()).toBe(0)
    expect(sent[1]).toEqual(sent[0])
    await page.unroute('**/messages')
    await expectClean()
  })

  test('files are uploaded by the picker and by dropping them, each with what went wrong', async () => {
    const { page, expectClean, look } = opened
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Knowledge base' })
      .click()
    const list = page.getByRole('table', { name: 'Documents' })
    await list.getByRole('link', { name: 'Hand Hygiene on the Ward' }).waitFor()
    expect(await list.getByRole('row').count()).toBe(5)

    await page
      .getByLabel('Documents to upload')
      .setInputFiles([
        fileOf('quibblefax.md', guideline),
        fileOf('macro.xlsm', 'x'),
        fileOf('long.md', 'word '.repeat(5000)),
        fileOf('very-long.md', 'word '.repeat(400_000)),
      ])
    const uploads = page.getByRole('list', { name: 'Uploads' }).getByRole('listitem')
    const of = (name: string) => uploads.filter({ hasText: name })
    await of('quibblefax.md').getByText('Stored in 2 chunks.').waitFor()
    await of('macro.xlsm')
      .getByText(/are not supported.*UNSUPPORTED_FORMAT/)
      .waitFor()
    await of('very-long.md')
      .getByText(/more than 20000 bytes|MAX_DOCUMENT_BYTES/)
      .waitFor()
    expect(
      await uploads.filter({ hasText: 'long.md' }).getByText('DOCUMENT_TOO_LARGE').count(),
    ).toBeGreaterThan(0)
    await of('macro.xlsm').getByRole('button', { name: 'Try again' }).click()
    await of('macro.xlsm')
      .getByText(/UNSUPPORTED_FORMAT/)
      .waitFor()

    const transfer = await page.evaluateHandle(
      `(() => { const t = new DataTransfer(); t.items.add(new File([${JSON.stringify(note)}], 'note.md')); return t })()`,
    )
    await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: transfer })
    await of('note.md').getByText('Stored in 1 chunk.').waitFor()
    await list.getByRole('link', { name: 'Ward note' }).waitFor()
    await list.getByRole('link', { name: 'Quibblefax' }).waitFor()
    await look('knowledge-base')

    await page.getByLabel('Documents to upload').setInputFiles([fileOf('same.md', note)])
    await of('same.md').getByRole('link', { name: 'See that document' }).waitFor()
    await expectClean()
  })

  test('what was uploaded is asked about, and shown as it was cut', async () => {
    const { page, expectClean, look } = opened
    await page.getByRole('link', { name: 'Ask about it: Quibblefax' }).click()
    await page.getByRole('button', { name: 'What is the dose of Quibblefax?' }).click()
    await answered('What is the dose of Quibblefax?').waitFor()
    await article().getByRole('button', { name: 'Citation 1' }).first().click()
    await article().getByRole('link', { name: 'See it in the document' }).first().click()
    await page.getByRole('heading', { level: 1, name: 'Quibblefax' }).waitFor()
    const chunks = page.getByRole('figure')
    expect(await chunks.count()).toBe(2)
    expect(await chunks.filter({ hasText: 'cited' }).textContent()).toContain('40 mg once a day')
    await look('document')
    await expectClean()
  })

  test('a document is reindexed, replaced and deleted', async () => {
    const { page, expectClean, look } = opened
    await page.getByRole('button', { name: 'Reindex' }).click()
    await page.getByText('Reindexed: it was cut and embedded anew.').waitFor()
    await page.getByText('The cited chunk is no more').waitFor()
    await page
      .getByLabel('The file to replace it with')
      .setInputFiles([fileOf('quibblefax.md', guideline.replace('40 mg', '80 mg'))])
    await page.getByText('80 mg once a day').waitFor()
    expect(await page.locator('.facts').textContent()).toContain('Version2')

    await page.getByRole('button', { name: 'Delete…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete this document?' })
    await dialog.waitFor()
    await look('delete-document')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('5 documents').waitFor()
    expect(await page.getByRole('table', { name: 'Documents' }).getByText('Quibblefax').count()).toBe(0)
    await expectClean()
  })

  test('who signs out leaves nothing to the next one', async () => {
    const { page, gateway } = opened
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('E-mail').fill(gateway.administrator.email)
    await page.getByLabel('Password').fill(gateway.administrator.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('table', { name: 'Documents' }).waitFor()
    expect(await page.getByRole('list', { name: 'Uploads' }).count()).toBe(0)
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Ask' }).click()
    await page.getByText('Nothing asked yet').waitFor()
  })
})
