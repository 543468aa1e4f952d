// The pages in a real browser: node run.mjs BINARY WORKFOLDER
//
// Starts the program, answers as people answer, keeps every page that is seen on the way, and
// then examines each of them. Ends with status 1 if anything was not as it should be.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { Album, fullName } from './album.mjs'
import { narrowAndOffline, onTwoDevices, withScripts } from './devices.mjs'
import { examineAll, figures } from './examine.mjs'
import { byTelephone, everyPage, secondThoughts } from './interview.mjs'
import { byKeyboard } from './keyboard.mjs'
import { keySheets } from './keys.mjs'
import { notices } from './notices.mjs'
import { handInList, noPassword, readRounds } from './office.mjs'
import { publishSurvey, reviseSurvey } from './surveys.mjs'
import { startDemo, startRounds } from './service.mjs'
import { Tally, table } from './tally.mjs'
import { inAThirdLanguage, startThird } from './third.mjs'

const PASSWORD = 'mot-mat-khau-de-thu'
const LANGUAGES = ['vi', 'en']

const [binary, work] = process.argv.slice(2)
if (!binary || !work) {
  console.error('usage: node run.mjs BINARY WORKFOLDER')
  process.exit(2)
}
const program = path.resolve(binary)
const screens = path.resolve(work, 'screens')
await rm(screens, { recursive: true, force: true })
await mkdir(screens, { recursive: true })
const profile = await mkdtemp(path.join(tmpdir(), 'phieu-browser-'))
const album = new Album()
const tally = new Tally()
const started = []
let browser
try {
  const roundsFolder = path.resolve(work, 'browser-rounds')
  const demo = await startDemo(program, path.resolve(work, 'browser-demo'), PASSWORD)
  started.push(demo)
  const rounds = await startRounds(program, roundsFolder)
  started.push(rounds)
  browser = await chromium.launch({
    executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync),
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
      '--disable-background-networking', '--disable-component-update', `--crash-dumps-dir=${profile}`,
    ],
  })
  console.log(`Chromium ${browser.version()}`)

  await tally.story('A form in two parts by telephone, without scripts', () => byTelephone(browser, album, tally, demo.links[0]))
  await tally.story('Declining, and answering all the same', () => secondThoughts(browser, album, tally, demo.links[1]))
  await tally.story('A form by keyboard alone', () => byKeyboard(browser, album, tally, demo.links[2]))
  await tally.story('The longest form by keyboard alone', () => byKeyboard(browser, album, tally, rounds.codes.open.dn[5].link))
  const [, , two, narrow, scripts] = rounds.codes.open.dn
  await tally.story('The longest form on two telephones in two languages', () => onTwoDevices(browser, album, tally, two.link, two.code))
  await tally.story('The longest form at 320 px, 200 % text, offline half-way', () => narrowAndOffline(browser, album, tally, narrow.link))
  await tally.story('The longest form with scripts', () => withScripts(browser, album, tally, scripts.link))
  for (const [at, language] of LANGUAGES.entries()) {
    for (const group of ['dn', 'nd', 'cc']) {
      const { link } = rounds.codes.open[group][at]
      await tally.story(`Every page of the form for “${group}” in ${language}`, () => everyPage(browser, album, tally, link, language))
    }
    await tally.story(`What goes wrong, in ${language}`, () => notices(browser, album, tally, rounds, language))
    await tally.story(`The office before it has a password, in ${language}`, () => noPassword(browser, album, tally, rounds, language))
  }
  for (const language of LANGUAGES) {
    await tally.story(`The sheets of keyholders, in ${language}`, () => keySheets(browser, tally, program, roundsFolder, screens, language))
  }
  const third = await startThird(program, path.resolve(work, 'browser-third'))
  started.push(third)
  await tally.story('The longest form at 320 px in a language that was added', () => inAThirdLanguage(browser, album, tally, third))
  await rounds.setPassword(PASSWORD)
  for (const language of LANGUAGES) {
    await tally.story(`The office reads its rounds, in ${language}`, () => readRounds(browser, album, tally, demo, PASSWORD, language))
    await tally.story(`The office hands in a list, in ${language}`, () => handInList(browser, album, tally, rounds, PASSWORD, language, roundsFolder))
  }
  await tally.story('The office brings a questionnaire in from Excel, tries it out and publishes it', () => publishSurvey(browser, album, tally, rounds, PASSWORD))
  await tally.story('The office publishes a second version', () => reviseSurvey(browser, album, tally, rounds, PASSWORD))
  await tally.story(`Examining ${album.pages.length} pages`, () => examineAll(browser, album.pages, tally, screens))
} catch (error) {
  tally.check(false, 'the suite runs', String(error?.stack ?? error))
} finally {
  await browser?.close()
  for (const server of started) await server.stop()
  await rm(profile, { recursive: true, force: true })
}

await writeFile(path.resolve(work, 'album.json'), JSON.stringify(album.pages))
table('Pages: the largest of each kind', ['kind', 'seen', 'bytes sent', 'HTML', 'requests', 'least target px'], figures(album.pages))
const largest = album.pages.filter((page) => page.side === 'respondent').sort((a, b) => b.bytes - a.bytes)[0]
if (largest) console.log(`\nLargest page of a respondent: ${fullName(largest)}, ${largest.bytes} bytes compressed with headers`)
console.log(`Pictures: ${screens}`)
if (tally.failed) {
  console.log('\nFailed:')
  for (const failure of tally.failures) console.log(`- ${failure}`)
}
console.log(`\n${tally.passed} passed, ${tally.failed} failed`)
process.exit(tally.failed ? 1 : 0)
