// A form on more than one device, in more than one language, with a network that comes and goes.

import assert from 'node:assert/strict'
import { PLAN, answerEverything, begin, submit } from './interview.mjs'
import { PHONE, Visitor } from './visitor.mjs'
import { WORDS } from './words.mjs'

/** Pages that are answered on the first device. */
const FIRST = 4

/** Begins on a telephone, goes on in another language, and ends on another telephone. */
export async function onTwoDevices(browser, album, tally, link, code) {
  const [vi, en] = [WORDS.vi.pages, WORDS.en.pages]
  const first = await Visitor.arrive(browser, album, tally)
  await begin(first, link)
  await answerPages(first, FIRST, vi)
  await first.press('English')
  const left = first.path()
  await first.answerAll(PLAN)
  const chosen = await first.answers()
  await first.press(en.elsewhere)
  assert.equal(first.path(), '/phieu/elsewhere')
  await first.keep('elsewhere')
  await first.press('Tiếng Việt')
  await first.keep('elsewhere')
  await first.press(vi.elsewhere_make)
  await first.keep('elsewhere', 'number')
  const number = (await first.text('.receipt')).replace(/\s/g, '')
  tally.check(/^(\w{3}-){3}\w{3}$/.test(number), 'a resume number is given', number)

  const second = await Visitor.arrive(browser, album, tally)
  await second.open(new URL('/', link).href)
  await second.page.locator('#code').fill(code.toLowerCase().replaceAll('-', ' '))
  await second.press(vi.continue)
  assert.equal(second.path(), '/phieu', 'the code leads to the landing page')
  await second.press(vi.resume_elsewhere)
  await second.keep('resume')
  for (const [typed, status] of [['', 422], ['ABC', 422], ['222 222 222 222', 404]]) {
    await second.page.locator('#number').fill(typed)
    await second.press(vi.go_on)
    tally.check(second.status() === status, `the resume number “${typed}” is explained`, second.status())
    await second.keep('resume', 'error')
  }
  await second.press('English')
  await second.keep('resume')
  await second.page.locator('#number').fill(number)
  await second.press(en.go_on)
  tally.check(second.path() === left, 'the other device goes on where the first one was left', second.path())
  const carried = await second.answers()
  tally.check(JSON.stringify(carried) === JSON.stringify(chosen), 'what was chosen came along', JSON.stringify(carried))
  await answerEverything(second)
  await second.press('Tiếng Việt')
  const receipt = await submit(second)
  await first.open(new URL('/phieu', link).href)
  await first.press(vi.to_thanks)
  const known = (await first.text('.receipt')).replace(/\s/g, '')
  tally.check(known === receipt, 'both devices know of one form that was sent', known)
  await first.leave()
  await second.leave()
}

/** The longest form on the narrowest screen with letters twice as large, offline half-way. */
export async function narrowAndOffline(browser, album, tally, link) {
  const narrow = { ...PHONE, viewport: { width: 320, height: 640 } }
  const visitor = await Visitor.arrive(browser, album, tally, narrow)
  visitor.textSize = '36px'
  const words = WORDS.vi.pages
  await begin(visitor, link)
  await answerPages(visitor, FIRST, words)
  const here = visitor.path()
  await visitor.answerAll(PLAN)
  await visitor.context.setOffline(true)
  await visitor.page.getByText(words.continue, { exact: true }).first().tap()
  await visitor.page.waitForTimeout(1_000)
  await visitor.context.setOffline(false)
  await visitor.open(link)
  await visitor.press(words.go_on)
  tally.check(visitor.path() === here, 'back on the network, the form goes on where it was left', visitor.path())
  await visitor.press(words.back)
  const before = await visitor.answers()
  tally.check(Object.keys(before).length > 0, 'nothing answered before was lost', JSON.stringify(before))
  await visitor.press(words.continue)
  await answerEverything(visitor)
  const wide = await visitor.page.evaluate('document.documentElement.scrollWidth')
  tally.check(wide <= 320, 'nothing is cut off at 320 px and 200 % text', wide)
  await submit(visitor)
  await visitor.leave()
}

/** The longest form with scripts allowed. */
export async function withScripts(browser, album, tally, link) {
  const visitor = await Visitor.arrive(browser, album, tally, { ...PHONE, javaScriptEnabled: true })
  const { pages: words } = WORDS.vi
  const said = () => visitor.text('#kept')
  const tab = () => visitor.page.evaluate(`Object.keys(sessionStorage).join()`)
  await begin(visitor, link)
  await answerPages(visitor, FIRST, words)
  const here = visitor.path()
  tally.check((await said()) === '', 'nothing is said of a page that is empty', await said())
  await visitor.answerAll(PLAN)
  const chosen = await visitor.answers()
  tally.check((await said()) === words.kept_unsaved, 'what was chosen is said not to be saved', await said())
  await visitor.context.setOffline(true)
  await visitor.page.getByText(words.continue, { exact: true }).first().tap()
  tally.check((await said()) === words.kept_offline, 'offline, the page stays and says so', await said())
  await visitor.context.setOffline(false)
  await visitor.open(new URL(here, link).href)
  const restored = await visitor.answers()
  tally.check(JSON.stringify(restored) === JSON.stringify(chosen), 'opened anew, the page has what was chosen', JSON.stringify(restored))
  tally.check((await said()) === words.kept_unsaved, 'and says that it is not saved', await said())
  await visitor.press(words.continue)
  if (visitor.status() === 422) await visitor.press(words.continue)
  tally.check(visitor.path() !== here && (await tab()) === '', 'once it was taken nothing is kept', await tab())
  await visitor.press(words.back)
  tally.check((await said()) === words.kept_saved, 'what came back is said to be saved', await said())
  await visitor.press(words.continue)
  if (visitor.status() === 422) await visitor.press(words.continue)
  await answerEverything(visitor)
  const receipt = await submit(visitor)
  tally.check(receipt.length > 0 && (await tab()) === '', 'the form is answered, and nothing is left in the tab', await tab())
  await visitor.leave()
}

async function answerPages(visitor, pages, words) {
  for (let page = 0; page < pages; page += 1) {
    const here = visitor.path()
    await visitor.answerAll(PLAN)
    await visitor.press(words.continue)
    if (visitor.status() === 422) await visitor.press(words.continue)
    assert.notEqual(visitor.path(), here)
  }
}
