// How people answer: by telephone, by keyboard, in two languages, with mistakes.

import assert from 'node:assert/strict'
import { Visitor } from './visitor.mjs'
import { WORDS } from './words.mjs'

/** Answers that open every page, are all of them valid, and are asked back about once. */
export const PLAN = { so_ho_so: '150', so_tre_hen: '0' }

/** From the link to the first page of the part at `position`. */
export async function begin(visitor, link, position = 0) {
  await visitor.open(link)
  assert.equal(visitor.path(), '/phieu', 'a link leads to the landing page')
  await visitor.keep('landing')
  await visitor.tap(`button[name="part"][value="${position}"]`)
  assert.match(visitor.path(), /^\/phieu\/q\/\d+$/)
}

/** Answers every page, keeping each as empty, wrong and filled, up to the list of answers. */
export async function answerEverything(visitor, { keep = false, plan = PLAN } = {}) {
  let pages = 0
  while (visitor.path() !== '/phieu/check') {
    assert.ok((pages += 1) < 40, 'the form comes to an end')
    await answerPage(visitor, keep, plan)
  }
  return pages
}

async function answerPage(visitor, keep, plan) {
  const words = WORDS[await visitor.language()].pages
  const here = visitor.path()
  const fields = await visitor.fields()
  if (keep) await visitor.keep('question')
  if (keep && fields.some((field) => field.required)) {
    await visitor.press(words.continue)
    assert.equal(visitor.status(), 422, 'a page without its required answers is shown again')
    await visitor.keep('question', 'error')
  }
  await visitor.answerAll(plan)
  await visitor.press(words.continue)
  if (visitor.status() === 422) {
    await visitor.keep('question', 'asked back')
    assert.equal(await visitor.count('.errors.soft'), 1, await visitor.text('.errors'))
    await visitor.press(words.continue)
  }
  assert.equal(visitor.status(), 200)
  assert.notEqual(visitor.path(), here)
  if (!keep) return
  const next = visitor.page.url()
  await visitor.open(new URL(here, next).href)
  await visitor.keep('question', 'filled')
  await visitor.open(next)
}

/** Submits, and reads the receipt. */
export async function submit(visitor) {
  const words = WORDS[await visitor.language()].pages
  await visitor.keep('check', 'filled')
  await visitor.press(words.send)
  assert.equal(visitor.path(), '/phieu/thanks')
  await visitor.keep('thanks', 'filled')
  const receipt = (await visitor.text('.receipt')).replace(/\s/g, '')
  await visitor.go(() => visitor.page.reload())
  assert.equal((await visitor.text('.receipt')).replace(/\s/g, ''), receipt, 'the same receipt')
  return receipt
}

/** A form in two parts, with mistakes, a change of language and a second thought. */
export async function byTelephone(browser, album, tally, link) {
  const visitor = await Visitor.arrive(browser, album, tally)
  const { vi, en } = { vi: WORDS.vi.pages, en: WORDS.en.pages }
  await begin(visitor, link)
  tally.check((await visitor.text('h1, .step')).length > 0, 'a question page says where one is')

  // A page sent too early comes back with a list of mistakes that leads to each of them.
  const fields = await visitor.fields()
  const first = fields.find((field) => field.required)
  await visitor.answer(first)
  await visitor.press(vi.continue)
  tally.check(visitor.status() === 422, 'an incomplete page is answered with 422', visitor.status())
  tally.check((await visitor.page.title()).startsWith('Lỗi: '), 'its title begins with “Lỗi: ”')
  tally.check((await visitor.text('.errors h2')) === vi.errors, 'a list of mistakes stands on top')
  const listed = await visitor.count('.errors li a')
  tally.check(listed === fields.filter((field) => field.required).length - 1, 'it lists every mistake')
  tally.check((await visitor.count('p.error')) === listed, 'each mistake stands beside its field too')
  const kept = await visitor.answers()
  tally.check(first.name in kept, 'what was answered is kept', JSON.stringify(kept))
  const target = (await visitor.page.locator('.errors li a').first().getAttribute('href')).slice(1)
  await visitor.page.locator('.errors li a').first().tap()
  const box = await visitor.page.locator(`[id="${target}"]`).boundingBox()
  tally.check(box && box.y > -50 && box.y < 640, 'its links lead to the field', JSON.stringify(box))
  await visitor.keep('question', 'error')

  // Half a page, then English: what was answered stays.
  for (const field of fields.slice(1, 2)) await visitor.answer(field)
  const before = await visitor.answers()
  await visitor.press('English')
  tally.check((await visitor.language()) === 'en', 'the page changes its language')
  const after = await visitor.answers()
  tally.check(
    JSON.stringify(after) === JSON.stringify(before),
    'changing the language loses no answer',
    `${JSON.stringify(before)} → ${JSON.stringify(after)}`,
  )
  await visitor.keep('question', 'filled')
  await visitor.answerAll()
  await visitor.press(en.continue)
  tally.check((await visitor.language()) === 'en', 'the language stays')
  await visitor.press(en.back)
  const again = await visitor.answers()
  tally.check(Object.keys(before).every((name) => name in again), 'going back keeps the answers')
  await visitor.press(en.continue)
  await visitor.press('Tiếng Việt')
  tally.check((await visitor.language()) === 'vi', 'and it changes back')
  await answerEverything(visitor)

  await changeOneAnswer(visitor, tally)
  const receipt = await submit(visitor)
  tally.check(/^[0-9A-Z-]{28,}$/.test(receipt), 'a receipt is given', receipt)
  tally.check((await visitor.count('button[name="part"]')) === 1, 'the next part is offered')
  await visitor.tap('button[name="part"]')
  await answerEverything(visitor)
  const second = await submit(visitor)
  tally.check(second !== receipt, 'the second part has a receipt of its own')
  await visitor.open(new URL('/phieu', visitor.page.url()).href)
  await visitor.keep('landing', 'sent')
  await visitor.tap('a[href="/phieu/thanks"]')
  await withdraw(visitor, tally)
  await visitor.leave()
}

/** From the list of answers to one page and back, with another answer. */
async function changeOneAnswer(visitor, tally) {
  const words = WORDS.vi.pages
  const list = () => visitor.page.locator('main .sum dd').allInnerTexts()
  const before = await list()
  await visitor.tap('.top a')
  const [field] = await visitor.fields()
  const other = field.options.find((value, at) => at > 0)
  await visitor.answer(field, { [field.name]: other })
  await visitor.press(words.continue)
  tally.check(visitor.path() === '/phieu/check', 'a change leads back to the list of answers')
  const after = await list()
  const changed = after.filter((answer, at) => answer !== before[at]).length
  tally.check(after.length === before.length && changed === 1, 'only that answer has changed')
}

/** Withdraws the answers of the receipt that the page shows. */
async function withdraw(visitor, tally) {
  const words = WORDS[await visitor.language()].pages
  const receipt = (await visitor.text('.receipt')).replace(/\s/g, '')
  await visitor.press(words.receipt_look)
  tally.check((await visitor.text('h1')) === words.received, 'the receipt says: received')
  await visitor.keep('receipt', 'received')
  await visitor.press(words.withdraw, visitor.page.locator('form'))
  await visitor.keep('receipt', 'sure')
  await visitor.press(words.withdraw_yes)
  tally.check(visitor.path() === '/receipt/withdrawn', 'the answers are withdrawn')
  await visitor.keep('withdrawn', 'done')
  await visitor.open(new URL('/receipt', visitor.page.url()).href)
  await visitor.keep('receipt')
  await visitor.page.locator('#receipt').fill(receipt.toLowerCase())
  await visitor.press(words.look_up)
  tally.check((await visitor.text('h1')) === words.withdrawn, 'the receipt says: withdrawn')
  await visitor.keep('receipt', 'withdrawn')
}

/** Somebody who declines and then answers all the same, in English. */
export async function secondThoughts(browser, album, tally, link) {
  const visitor = await Visitor.arrive(browser, album, tally)
  const { vi } = { vi: WORDS.vi.pages }
  await visitor.open(link)
  await visitor.page.getByText(vi.decline, { exact: true }).tap()
  await visitor.choose('why', 'no_time')
  await visitor.keep('landing', 'declining')
  await visitor.tap('button[name="said"][value="refused"]')
  tally.check((await visitor.text('h1')) === vi.declined, 'declining is noted')
  await visitor.keep('declined', 'done')
  await visitor.press('English')
  await visitor.keep('declined', 'done')
  await visitor.press(WORDS.en.pages.to_landing)
  await visitor.keep('landing')
  await visitor.tap('button[name="part"]')
  await answerEverything(visitor)
  await visitor.open(new URL('/phieu', visitor.page.url()).href)
  await visitor.keep('landing', 'begun')
  await visitor.press(WORDS.en.pages.go_on)
  tally.check(visitor.path() === '/phieu/check', 'the same browser goes on where it was', visitor.path())
  await submit(visitor)
  await visitor.tap('button[name="part"]')
  await answerEverything(visitor)
  await submit(visitor)
  await withdraw(visitor, tally)
  await visitor.leave()
}

/** A form of every kind of question, each page looked at as empty, wrong and filled. */
export async function everyPage(browser, album, tally, link, language) {
  const visitor = await Visitor.arrive(browser, album, tally)
  const words = WORDS[language].pages
  await visitor.open(new URL(`/?lang=${language}`, link).href)
  await begin(visitor, link)
  const pages = await answerEverything(visitor, { keep: true })
  tally.check(pages >= 5, 'the long form has its pages', pages)
  await submit(visitor)
  await visitor.press(words.receipt_look)
  await visitor.keep('receipt', 'received')
  await visitor.page.goBack()
  await visitor.press(words.forget)
  tally.check((await visitor.context.cookies()).every((cookie) => cookie.name === 'lang'), 'a browser forgets')
  await visitor.leave()
}
