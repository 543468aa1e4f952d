// The pages that people see when something is not as they thought.

import { Visitor } from './visitor.mjs'
import { WORDS } from './words.mjs'

/** Codes that are mistyped, unknown, too early, too late; pages that do not exist. */
export async function notices(browser, album, tally, rounds, language) {
  const visitor = await Visitor.arrive(browser, album, tally)
  const words = WORDS[language].pages
  const at = (path) => visitor.open(`${rounds.address}${path}`)
  const expect = (status, what) => tally.check(visitor.status() === status, `${what} (${language})`, visitor.status())
  const type = async (code) => {
    await at('/')
    await visitor.page.locator('#code').fill(code)
    await visitor.press(words.continue)
  }
  await at(`/?lang=${language}`)
  await visitor.keep('entry')
  await type('')
  expect(422, 'an empty code is asked for again')
  await visitor.keep('entry', 'error')
  const known = rounds.codes.open.dn[0].code
  await type(known.slice(0, -1) + (known.endsWith('0') ? '1' : '0'))
  expect(422, 'a mistyped code is explained')
  tally.check((await visitor.page.locator('#code').inputValue()).length > 0, 'what was typed stays')
  await visitor.keep('entry', 'error')
  await type(UNKNOWN)
  expect(404, 'an unknown code is said to be unknown')
  await visitor.keep('entry', 'unknown code')
  await at('/p/KHONG-PHAI-MA')
  expect(404, 'a broken link is explained')
  await visitor.keep('entry', 'broken link')
  await at(`/p/${rounds.codes.waiting.dn[0].code}`)
  expect(403, 'a round that has not begun says so')
  await visitor.keep('not yet', 'refused')
  await at(`/p/${rounds.codes.closed.dn[0].code}`)
  expect(410, 'a round that is over says so')
  await visitor.keep('closed', 'refused')
  await at('/no-such-page')
  expect(404, 'a page that does not exist')
  await visitor.keep('not found', 'refused')
  await at('/genuine')
  tally.check((await visitor.count('main section.card')) === 1, 'whether an invitation is genuine: what is running')
  await visitor.keep('genuine')
  await at('/receipt')
  await visitor.keep('receipt')
  await visitor.press(words.look_up)
  expect(422, 'an empty receipt is asked for again')
  await visitor.keep('receipt', 'error')
  await visitor.page.locator('#receipt').fill('ABCD-EFGH')
  await visitor.press(words.look_up)
  expect(422, 'a mistyped receipt is explained')
  await visitor.keep('receipt', 'error')
  await visitor.leave()
}

/** A well-formed code that was never issued: its last character fits the others. */
const UNKNOWN = '7KQ4-MR2X-WD9S'
