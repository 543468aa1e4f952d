// What the office does: signs in, looks at its rounds, hands in a list of people.

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Visitor } from './visitor.mjs'
import { WORDS } from './words.mjs'

const DESK = {
  viewport: { width: 1280, height: 900 },
  javaScriptEnabled: false,
  locale: 'vi-VN',
  reducedMotion: 'reduce',
}

export class Officer extends Visitor {
  static async arrive(browser, album, tally) {
    const { context, page } = await Visitor.arrive(browser, album, tally, DESK)
    const officer = new Officer(context, page, album, tally)
    page.on('request', (request) => officer.requests.push(request))
    return officer
  }

  press(words, within = this.page) {
    return this.go(() => within.getByText(words, { exact: true }).first().click())
  }

  keep(kind, state = 'shown') {
    return super.keep(kind, state, 'office')
  }

  async signIn(password, words) {
    await this.page.locator('#password').fill(password)
    await this.press(words.enter, this.page.locator('button'))
  }
}

/** The pages of a round that is over and of one that is under way, in one language. */
export async function readRounds(browser, album, tally, demo, password, language) {
  const officer = await Officer.arrive(browser, album, tally)
  const words = WORDS[language].office
  const at = (path) => officer.open(`${demo.address}${path}`)
  await at(`/office/login?lang=${language}`)
  await officer.keep('login', 'empty')
  await officer.signIn('', words)
  tally.check(officer.status() === 422, 'an empty password is asked for again', officer.status())
  await officer.keep('login', 'error')
  await officer.signIn('wrong password', words)
  await officer.keep('login', 'error')
  await officer.signIn(password, words)
  tally.check(officer.path() === '/office', 'the office signs in')
  await officer.keep('rounds')
  await officer.open(demo.results)
  const scores = await officer.page.locator('.cards').first().locator('tbody tr').count()
  tally.check(scores === 4, 'the results page shows four criteria', scores)
  const ranks = await officer.page.locator('td .ranks').count()
  tally.check(ranks >= 9, 'units carry the ranks that they may have', ranks)
  const folded = officer.page.locator('details:not([open]) > summary')
  tally.check((await folded.count()) > 0, 'methods are folded away', await folded.count())
  const method = officer.page.locator('details.method').first()
  await method.locator('summary').click()
  tally.check(await method.locator('p').first().isVisible(), 'a method is one click away')
  await officer.keep('results')
  await officer.open(demo.progress)
  await officer.keep('progress', 'over')
  await at('/office/rounds/bo-tnmt-2020/progress')
  await officer.keep('progress', 'under way')
  await at('/office/rounds/bo-tnmt-2020/results')
  await officer.keep('results', 'sealed')
  await at('/office/rounds/bo-tnmt-2020/frame')
  await officer.keep('frame', 'drawn')
  await planSample(officer, tally, WORDS[language].plan, words.room_plan)
  await at('/office/rounds/no-such-round/results')
  tally.check(officer.status() === 404, 'a round that does not exist', officer.status())
  await officer.keep('no such round', 'refused')
  await at('/office')
  await officer.press(words.logout)
  await at('/office')
  tally.check(officer.path() === '/office/login', 'who signed out has to sign in again', officer.path())
  await officer.leave()
}

/** The sample as it is set, as it should be, and a number that is none. */
async function planSample(officer, tally, words, tab) {
  const plan = async (state) => {
    await officer.press(words.show, officer.page.locator('button'))
    await officer.keep('plan', state)
  }
  await officer.press(tab, officer.page.locator('.tabs'))
  await officer.keep('plan', 'as it is set')
  await officer.page.getByText(words.method_margins, { exact: true }).first().click()
  await officer.page.locator('#margin').fill('5')
  await officer.page.locator('#margin-all').fill('2,5')
  await plan('margins')
  const units = await officer.page.locator('.cards').first().locator('tbody tr').count()
  tally.check(units > 2, 'the plan shows every unit and the whole', units)
  await officer.page.locator('.ask summary').click()
  await officer.page.locator('#share-0').fill('80')
  await officer.page.getByText(words.method_equal, { exact: true }).first().click()
  await officer.page.locator('#n').fill('0')
  await plan('wrong')
  tally.check(officer.status() === 422, 'a number that is none is asked for again', officer.status())
}

const BAD_LIST = `Mã;Họ và tên;Mã đơn vị;Nhóm đối tượng;Điện thoại
1;Nguyễn Thị Ánh;van-phong;Người dân;0912345678
2;Trần Văn Bình;phong-cu;Người dân;
3;Lê Thị Cúc;van-phong;Cán bộ hưu trí;
;;van-phong;Người dân;
1;Phạm Văn Dũng;van-phong;Doanh nghiệp, tổ chức;
`

/** A list of people, first with mistakes and then without. */
export async function handInList(browser, album, tally, rounds, password, language, folder) {
  const officer = await Officer.arrive(browser, album, tally)
  const words = WORDS[language].office
  const at = (path) => officer.open(`${rounds.address}${path}`)
  await at(`/office/login?lang=${language}`)
  await officer.signIn(password, words)
  await officer.keep('rounds', 'all states')
  await at('/office/rounds/empty/frame')
  await officer.keep('frame', 'empty')
  await officer.press(words.import, officer.page.locator('button'))
  tally.check(officer.status() === 422, 'no file is asked for again', officer.status())
  await officer.keep('frame', 'no file')
  const bad = path.join(folder, 'danh-sach-loi.csv')
  await writeFile(bad, BAD_LIST)
  await at('/office/rounds/empty/frame')
  await officer.page.locator('#list').setInputFiles(bad)
  await officer.press(words.import, officer.page.locator('button'))
  tally.check(officer.status() === 422, 'a bad list is not taken', officer.status())
  const rows = await officer.page.locator('.cards tbody tr').count()
  tally.check(rows >= 4, 'every bad row is named', rows)
  await officer.keep('frame', 'bad list')
  const good = path.join(folder, 'people.csv')
  await at('/office/rounds/empty/frame')
  await officer.page.locator('#list').setInputFiles(good)
  await officer.press(words.import, officer.page.locator('button'))
  tally.check(officer.status() === 200, 'a good list is taken', officer.status())
  await officer.keep('frame', 'good list')
  for (const room of ['plan', 'progress', 'results']) {
    await at(`/office/rounds/empty/${room}`)
    await officer.keep(room, 'before opening')
  }
  await at('/office/rounds/closed/results')
  await officer.keep('results', 'closed')
  await readYear(officer, tally, at, WORDS[language].figures)
  await officer.leave()
}

/** Two quarters of a year, held against each other and put together. Nobody answered in either. */
async function readYear(officer, tally, at, words) {
  await at('/office/rounds/quarter-2/results')
  await officer.keep('results', 'nothing chosen')
  await officer.press(words.compare, officer.page.locator('button'))
  await officer.page.locator('.choice input[type=checkbox]').first().check()
  await officer.press(words.year_show, officer.page.locator('button'))
  const query = new URL(officer.page.url()).search
  const both = '?year=quarter-1&against=quarter-1'
  tally.check(query === both, 'what was chosen before stays chosen', query)
  const rows = await officer.page.locator('#ca-nam tbody tr').count()
  tally.check(rows >= 12, 'each criterion has its quarters and the year', rows)
  await officer.keep('results', 'year')
  await at('/office/rounds/quarter-2/results?year=quarter-2')
  tally.check(officer.status() === 404, 'a round is no quarter of its own year', officer.status())
  await officer.keep('results', 'no such year')
}

/** What the office sees before anybody has set a password. */
export async function noPassword(browser, album, tally, rounds, language) {
  const officer = await Officer.arrive(browser, album, tally)
  await officer.open(`${rounds.address}/office/login?lang=${language}`)
  await officer.keep('login', 'no password')
  await officer.leave()
}
