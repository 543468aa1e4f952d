// The guide in docs/, done as it says: node guide.mjs BINARY WORKFOLDER [PICTURES]
//
// The ten questions of docs/mot-cua.xlsx become a survey in the office's pages and, beside that, by
// commands alone; a round of it is set up, and somebody answers. With a folder for pictures, the
// guide's pictures are taken anew. Ends with status 1 if anything is not as the guide says.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { Album } from './album.mjs'
import { FILLED } from './filled.mjs'
import { begin } from './interview.mjs'
import { Tally } from './tally.mjs'
import { PHONE, Visitor } from './visitor.mjs'
import { WORDS } from './words.mjs'

const [binary, work, pictures] = process.argv.slice(2)
if (!binary || !work) {
  console.error('usage: node guide.mjs BINARY WORKFOLDER [PICTURES]')
  process.exit(2)
}
const program = path.resolve(binary)
const workbook = path.resolve(import.meta.dirname, '../../docs/mot-cua.xlsx')
const PEOPLE = 40
const PASSWORD = 'mot-mat-khau-du-dai'
const TARGETS = `unit,group,target,population\ndon-vi,nhom,${PEOPLE},${PEOPLE}\n`
const PLAN = { dung_hen: '2', so_lan: '3' }

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PHIEU_')))

/** The program in a folder of its own, which is empty at first. */
async function place(name) {
  const folder = path.resolve(work, name)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const phieu = (args, input = '') => execFileSync(program, args, { cwd: folder, env, encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] })
  return { folder, phieu: (...args) => phieu(args), tell: (input, ...args) => phieu(args, input) }
}

/** By commands alone: the files are completed in an editor. */
async function byCommands() {
  const { folder, phieu } = await place('guide-commands')
  phieu('survey', 'import', workbook, '--to', 'mot-cua')
  phieu('survey', 'check', 'mot-cua')
  const { questions } = JSON.parse(phieu('survey', 'show', 'mot-cua', '--json'))
  assert.equal(questions.length, 10, 'ten questions')
  assert.throws(() => phieu('round', 'create', '--survey', 'mot-cua', '--code', '2026'), 'places to fill in are named')
  for (const name of await readdir(path.join(folder, 'mot-cua'))) {
    if (name === 'forms') continue
    const file = path.join(folder, 'mot-cua', name)
    const text = await readFile(file, 'utf8')
    const filled = text.replace(/\[(?:Xin điền|To be filled in): ([^\]]*)\]/g, (_, what) => {
      assert.ok(what in FILLED, `nobody knows what to fill in for “${what}”`)
      return FILLED[what]
    })
    await writeFile(file, name === 'targets.csv' ? TARGETS : filled)
  }
  phieu('survey', 'check', 'mot-cua')
  assert.match(phieu('survey', 'publish', 'mot-cua'), /mot-cua@1/)
  assert.match(phieu('survey', 'changes', 'mot-cua@1', 'mot-cua'), /Không có gì thay đổi/)
  assert.match(phieu('survey', 'list'), /mot-cua@1/)
  phieu('round', 'create', '--survey', 'mot-cua', '--code', '2026', '--closes', '31/12/2099')
  phieu('survey', 'export', 'mot-cua', '--to', 'mot-cua.xlsx')
  phieu('survey', 'import', 'mot-cua.xlsx', '--to', 'mot-cua', '--replace')
}

/** In the office's pages: imported, completed, tried out, published. */
async function inThePages(visitor, address, picture) {
  const words = WORDS.vi.surveys
  const desk = `${address}/office/surveys/mot-cua`
  await visitor.open(`${address}/office/login`)
  await visitor.page.locator('#password').fill(PASSWORD)
  await visitor.press(WORDS.vi.office.enter, visitor.page.locator('button'))
  await visitor.open(`${address}/office/surveys`)
  await visitor.page.locator('#workbook').setInputFiles(workbook)
  await visitor.page.locator('#survey').fill('mot-cua')
  await visitor.press(words.import, visitor.page.locator('button'))
  assert.equal(visitor.status(), 200, await visitor.text('main'))
  await visitor.press(words.fill)
  await picture('fill')
  for (const field of await visitor.page.locator('.card:has(input)').all()) {
    const asks = await field.locator('label').innerText()
    assert.ok(asks in FILLED, `nobody knows what to fill in for “${asks}”`)
    await field.locator('input').fill(FILLED[asks])
  }
  await visitor.press(words.save, visitor.page.locator('button'))
  await visitor.open(`${desk}/file?name=targets.csv`)
  await visitor.page.locator('#text').fill(TARGETS)
  await visitor.press(words.save, visitor.page.locator('button'))
  await visitor.open(desk)
  await picture('survey')
  await visitor.open(`${desk}/preview/mot-cua`)
  await visitor.press(WORDS.vi.pages.agree, visitor.page.locator('button'))
  await picture('preview')
  for (let page = 1; (await visitor.text('h1')) !== words.tried; page += 1) {
    assert.ok(page < 20, 'the preview comes to an end')
    await visitor.answerAll(PLAN)
    const send = visitor.page.getByText(WORDS.vi.pages.send, { exact: true })
    await visitor.press((await send.count()) ? WORDS.vi.pages.send : WORDS.vi.pages.continue, visitor.page.locator('button'))
    assert.equal(visitor.status(), 200, await visitor.text('main'))
  }
  await visitor.open(`${desk}/changes`)
  await visitor.press(words.publish_as.replace('{number}', '1'), visitor.page.locator('button'))
  assert.match(await visitor.text('main'), /Phiên bản 1/)
}

/** Somebody who was invited answers. */
async function answer(visitor, link, picture) {
  await visitor.open(link)
  await picture('landing')
  await begin(visitor, link)
  for (let page = 1; visitor.path() !== '/phieu/check'; page += 1) {
    assert.ok(page < 20, 'the form comes to an end')
    await visitor.answerAll(PLAN)
    await picture(`page-${page}`)
    await visitor.press(WORDS.vi.pages.continue)
    assert.equal(visitor.status(), 200, await visitor.text('main'))
  }
  assert.equal(await visitor.count('main .sum dt'), 10, 'ten answers to check')
  await picture('check')
  await visitor.press(WORDS.vi.pages.send)
  assert.equal(visitor.path(), '/phieu/thanks')
  await picture('thanks')
}

await byCommands()
const { folder, phieu, tell } = await place('guide')
tell(`${PASSWORD}\n`, 'user', 'password')
const server = spawn(program, ['serve', '--listen', '127.0.0.1:0'], { cwd: folder, env })
let browser
try {
  const address = await new Promise((resolve, reject) => {
    let said = ''
    const listen = (chunk) => {
      said += chunk
      const found = said.match(/http:\/\/[\d.]+:\d+/)
      if (found) resolve(found[0])
    }
    server.stdout.on('data', listen)
    server.stderr.on('data', listen)
    server.on('exit', () => reject(new Error(said)))
  })
  browser = await chromium.launch({
    executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const visitor = await Visitor.arrive(browser, new Album(), new Tally(), { ...PHONE, deviceScaleFactor: 1 })
  const picture = async (name) => {
    if (pictures) await visitor.page.screenshot({ path: path.resolve(pictures, `${name}.png`) })
  }
  await inThePages(visitor, address, picture)

  phieu('round', 'create', '--survey', 'mot-cua', '--code', '2026', '--closes', '31/12/2099')
  const people = Array.from({ length: PEOPLE }, (_, at) => `nd${at + 1},Nguyễn Văn ${at + 1},don-vi,nhom`)
  await writeFile(path.join(folder, 'danh-sach.csv'), ['id,name,unit,group', ...people, ''].join('\n'))
  phieu('frame', 'import', '--round', '2026', 'danh-sach.csv')
  phieu('frame', 'freeze', '--round', '2026')
  phieu('draw', '--round', '2026', '--public-value', '48213', '--source', 'Xổ số miền Bắc')
  phieu('round', 'open', '2026')
  phieu('invite', 'export', '--round', '2026', '--address', address, '--out', 'phieu-moi.csv')
  const invited = (await readFile(path.join(folder, 'phieu-moi.csv'), 'utf8')).match(/http:\/\/\S+\/p\/\w+/g)
  assert.equal(invited.length, PEOPLE, 'everybody is invited')
  await answer(visitor, invited[0], picture)
} finally {
  await browser?.close()
  server.kill('SIGINT')
}
console.log('The guide to a new questionnaire holds: ten questions from Excel, published, answered and sent')
process.exit(0)
