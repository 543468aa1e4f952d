// A language that no file of the program holds: every text longer by 40 % and full of accents.

import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { answerEverything, submit } from './interview.mjs'
import { startSurvey, surveyFolder } from './service.mjs'
import { PHONE, Visitor } from './visitor.mjs'
import { THIRD, WORDS, pseudo } from './words.mjs'

const SMALLEST = { ...PHONE, viewport: { width: 320, height: 640 } }

/** A server that speaks the third language, and a round whose texts are there in it. */
export async function startThird(binary, folder) {
  const survey = await surveyFolder(folder)
  const more = path.join(folder, 'more')
  await mkdir(more, { recursive: true })
  for (const [section, texts] of Object.entries(WORDS[THIRD])) {
    const lines = Object.entries(texts).map(([key, text]) => `${key} = ${JSON.stringify(text)}`)
    await writeFile(path.join(more, `${section}.${THIRD}.toml`), lines.join('\n'))
  }
  const forms = await readdir(path.join(survey, 'forms'))
  for (const name of ['survey.toml', ...forms.map((form) => path.join('forms', form))]) {
    const file = path.join(survey, name)
    const text = await readFile(file, 'utf8')
    const told = text
      .replace(/\ben = "((?:[^"\\]|\\.)*)"/g, (own, english) => `${own}, ${THIRD} = "${pseudo(english)}"`)
      .replaceAll('["vi", "en"]', `["vi", "en", "${THIRD}"]`)
    await writeFile(file, told)
  }
  await writeFile(path.join(folder, 'phieu.toml'), 'messages = "more"\n')
  return startSurvey(binary, folder, survey)
}

/** The longest form, answered at 320 px. */
export async function inAThirdLanguage(browser, album, tally, server) {
  const visitor = await Visitor.arrive(browser, album, tally, SMALLEST)
  const words = WORDS[THIRD].pages
  const keep = visitor.keep.bind(visitor)
  visitor.keep = async (...about) => {
    tally.check((await visitor.language()) === THIRD, `${about.join(' ')} is in the third language`)
    const cut = await visitor.page.evaluate(CUT)
    tally.check(cut.length === 0, `${about.join(' ')} cuts nothing off at 320 px`, cut.slice(0, 4).join('; '))
    return keep(...about)
  }
  const [{ link, code }] = server.codes.open.dn
  const at = (where) => visitor.open(new URL(where, link).href)
  await at(`/?lang=${THIRD}`)
  await visitor.keep('entry')
  await visitor.page.locator('#code').fill(code.slice(1))
  await visitor.press(words.continue)
  assert.equal(visitor.status(), 422)
  await visitor.keep('entry', 'error')
  for (const kind of ['genuine', 'receipt']) {
    await at(`/${kind}`)
    await visitor.keep(kind)
  }
  await visitor.open(link)
  await visitor.keep('landing')
  await visitor.press(words.resume_elsewhere)
  await visitor.keep('resume')
  await at('/phieu')
  await visitor.tap('button[name="part"]')
  const pages = await answerEverything(visitor, { keep: true })
  tally.check(pages === 6, 'the whole form is answered', pages)
  await visitor.press(words.elsewhere)
  await visitor.keep('elsewhere')
  await at('/phieu/check')
  await submit(visitor)
  await visitor.leave()
}

/** Runs in the page: what is wider than the screen or than its own box. */
const CUT = `(() => {
  for (const one of document.querySelectorAll('details')) one.open = true
  const out = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) out.push('the page scrolls sideways: ' + root.scrollWidth)
  for (const one of document.body.querySelectorAll('*')) {
    // The head line shows two lines of a long name, and what is for screen readers shows nothing.
    if (one.closest('.mark, .off, svg')) continue
    const style = getComputedStyle(one)
    const cut = one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0 && !['inline', 'contents'].includes(style.display)
    const hidden = style.overflowY === 'hidden' && one.scrollHeight > one.clientHeight + 1
    if ((cut || hidden) && !one.matches('input, textarea')) {
      out.push(one.localName + ' “' + one.textContent.trim().slice(0, 30) + '” ' + one.scrollWidth + '>' + one.clientWidth)
    }
  }
  return out
})()`
