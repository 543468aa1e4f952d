// What the office does with a questionnaire: from Excel to a published version, and to the next.

import path from 'node:path'
import { FILLED } from './filled.mjs'
import { Officer } from './office.mjs'
import { WORDS } from './words.mjs'

const ROOT = path.resolve(import.meta.dirname, '../..')
const WORKBOOK = path.join(ROOT, 'docs/mot-cua.xlsx')
const BAD = path.join(ROOT, 'tests/data/xlsform/sms_info.xls')
const LANGUAGES = ['vi', 'en']

/** Keeps the page of an address in each language. */
async function keepBoth(officer, address, kind, state) {
  for (const language of LANGUAGES) {
    await officer.open(`${address}${address.includes('?') ? '&' : '?'}lang=${language}`)
    await officer.keep(kind, state)
  }
}

/** Hands a workbook in. */
async function handIn(officer, address, file, words, id) {
  await officer.open(address)
  await officer.page.locator('#workbook').setInputFiles(file)
  if (id) await officer.page.locator('#survey').fill(id)
  await officer.press(words.import, officer.page.locator('button'))
}

/** From an empty list to version 1. */
export async function publishSurvey(browser, album, tally, rounds, password) {
  const officer = await Officer.arrive(browser, album, tally)
  const list = `${rounds.address}/office/surveys`
  const desk = `${list}/mot-cua`
  await officer.open(`${rounds.address}/office/login?lang=vi`)
  await officer.signIn(password, WORDS.vi.office)
  await keepBoth(officer, list, 'surveys', 'empty')
  for (const language of LANGUAGES) {
    await officer.open(`${list}?lang=${language}`)
    const words = WORDS[language].surveys
    await handIn(officer, list, BAD, words)
    tally.check(officer.status() === 422, 'a workbook that cannot be used is refused', officer.status())
    const rows = await officer.count('.cards tbody tr')
    tally.check(rows === 2, 'every row of it is named', rows)
    await officer.keep('surveys', 'bad workbook')
    await officer.open(list)
    await officer.press(words.import, officer.page.locator('button'))
    tally.check(officer.status() === 422, 'no workbook is asked for again', officer.status())
    await officer.keep('surveys', 'no workbook')
  }
  await officer.open(`${list}?lang=vi`)
  const words = WORDS.vi.surveys
  await handIn(officer, list, WORKBOOK, words, 'mot-cua')
  tally.check(officer.status() === 200, 'a good workbook is taken', officer.status())
  await officer.keep('survey', 'imported')
  await keepBoth(officer, list, 'surveys', 'draft')
  await keepBoth(officer, desk, 'survey', 'blanks')
  await keepBoth(officer, `${desk}/changes`, 'survey changes', 'blanks')
  await keepBoth(officer, `${desk}/fill`, 'survey blanks', 'filled')
  await officer.open(`${desk}/fill?lang=vi`)
  for (const field of await officer.page.locator('.card:has(input)').all()) {
    const asks = await field.locator('label').innerText()
    await field.locator('input').fill(FILLED[asks] ?? asks)
  }
  await officer.press(words.save, officer.page.locator('button'))
  tally.check((await officer.count('.seal')) === 1, 'with every blank filled in the draft is well')
  await write(officer, desk, 'targets.csv', 'unit,group,target,population\nkhong-co,nhom,30,30\n', words)
  await officer.keep('survey file', 'saved')
  await keepBoth(officer, `${desk}/file?name=targets.csv`, 'survey file', 'mistakes')
  await keepBoth(officer, desk, 'survey', 'mistakes')
  await keepBoth(officer, `${desk}/preview/mot-cua`, 'survey preview', 'not yet')
  await officer.open(`${desk}?lang=vi`)
  await write(officer, desk, 'targets.csv', 'unit,group,target,population\ndon-vi,nhom,30,30\n', words)
  await keepBoth(officer, `${desk}/file?name=forms/mot-cua.toml`, 'survey file', 'form')
  await keepBoth(officer, desk, 'survey', 'well')
  for (const language of LANGUAGES) await tryOut(officer, tally, desk, language)
  await keepBoth(officer, `${desk}/discard`, 'survey discard', 'asked')
  await keepBoth(officer, `${desk}/changes`, 'survey changes', 'first')
  await officer.open(`${desk}/changes?lang=vi`)
  await officer.press(words.publish_as.replace('{number}', '1'), officer.page.locator('button'))
  tally.check(officer.path() === '/office/surveys/mot-cua', 'publishing leads back to the survey', officer.path())
  await keepBoth(officer, desk, 'survey', 'published')
  await keepBoth(officer, list, 'surveys', 'published')
  await keepBoth(officer, `${desk}/changes?version=1`, 'survey changes', 'published')
  await officer.open(`${list}/khong-co?lang=vi`)
  tally.check(officer.status() === 404, 'a survey that does not exist', officer.status())
  await officer.keep('no such survey', 'refused')
  await officer.leave()
}

async function write(officer, desk, name, text, words) {
  await officer.open(`${desk}/file?name=${name}`)
  await officer.page.locator('#text').fill(text)
  await officer.press(words.save, officer.page.locator('button'))
}

/** The form to its end, as a respondent would see it. */
async function tryOut(officer, tally, desk, language) {
  const words = WORDS[language]
  const keep = (state) => officer.keep('survey preview', state)
  await officer.open(`${desk}/preview/mot-cua?lang=${language}`)
  await keep('introduction')
  await officer.press(words.pages.agree, officer.page.locator('button'))
  await keep('page')
  await officer.press(words.pages.continue, officer.page.locator('button'))
  tally.check(officer.status() === 422, 'the preview asks for what is missing', officer.status())
  await keep('error')
  for (let page = 0; page < 20 && (await officer.count('form#f .card')) > 0; page += 1) {
    for (const row of await officer.page.locator('form#f .card').all()) {
      const option = row.locator('label.o').first()
      if (await option.count()) await option.click()
      const field = row.locator('input[type=text], textarea').first()
      if (await field.count()) await field.fill((await field.getAttribute('inputmode')) ? '3' : 'Xin cảm ơn')
    }
    await officer.press(words.pages.continue, officer.page.locator('button'))
  }
  await keep('check')
  await officer.page.locator('summary').last().click()
  tally.check((await officer.count('button[formnovalidate]')) > 4, 'whoever tries it out can go to any page')
  await officer.press(words.pages.send, officer.page.locator('button'))
  tally.check((await officer.text('h1')) === words.surveys.tried, 'the preview comes to its end')
  await keep('end')
}

/** Other words in a scored question: what that changes is shown before it is published. */
export async function reviseSurvey(browser, album, tally, rounds, password) {
  const officer = await Officer.arrive(browser, album, tally)
  const words = WORDS.vi.surveys
  const desk = `${rounds.address}/office/surveys/mot-cua`
  await officer.open(`${rounds.address}/office/login?lang=vi`)
  await officer.signIn(password, WORDS.vi.office)
  await officer.open(desk)
  await officer.press(words.begin, officer.page.locator('button'))
  await keepBoth(officer, `${desk}/changes`, 'survey changes', 'nothing')
  await officer.open(`${desk}/file?name=forms/mot-cua.toml&lang=vi`)
  const form = await officer.page.locator('#text').inputValue()
  await write(officer, desk, 'forms/mot-cua.toml', form.replace(/vi = "([^"]*)\?"/g, 'vi = "Theo Ông/Bà: $1?"'), words)
  await keepBoth(officer, desk, 'survey', 'version taken')
  await keepBoth(officer, `${desk}/changes`, 'survey changes', 'version taken')
  await officer.open(`${desk}?lang=vi`)
  await officer.press(words.raise, officer.page.locator('button'))
  await keepBoth(officer, `${desk}/changes`, 'survey changes', 'reworded')
  const rows = await officer.count('.cards tbody tr')
  tally.check(rows > 5, 'every change and every series is shown', rows)
  await officer.open(`${desk}/changes?lang=vi`)
  await officer.press(words.publish_as.replace('{number}', '2'), officer.page.locator('button'))
  await keepBoth(officer, desk, 'survey', 'two versions')
  await officer.leave()
}
