// The guide in docs/, done as it says: node guide.mjs BINARY WORKFOLDER [PICTURES]
//
// The ten questions of docs/mot-cua.xlsx become a survey and a trial round, and somebody answers
// them. With a folder for pictures, the guide's pictures are taken anew.
// Ends with status 1 if anything is not as the guide says.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { Album } from './album.mjs'
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
const folder = path.resolve(work, 'guide')
const workbook = path.resolve(import.meta.dirname, '../../docs/mot-cua.xlsx')
const PEOPLE = 40
/** What an office writes in place of “[Xin điền: …]”. */
const FILLED = {
  'đơn vị': 'Bộ phận một cửa', unit: 'One-stop desk',
  'văn bản giao thực hiện cuộc điều tra': 'Kế hoạch khảo sát năm 2026 (văn bản minh họa)',
  'the document that orders the survey': 'Survey plan 2026 (for illustration)',
  'cơ quan thực hiện': 'Sở Tài nguyên và Môi trường thực hiện khảo sát này.',
  'who carries out the survey': 'The Department of Natural Resources and Environment carries out this survey.',
  'câu trả lời được dùng để làm gì': 'Ý kiến của Ông/Bà giúp bộ phận một cửa phục vụ tốt hơn.',
  'what the answers are used for': 'Your answers help the one-stop desk to serve you better.',
  'câu trả lời được lưu trong bao lâu': 'Phiếu trả lời được lưu cùng hồ sơ khảo sát.',
  'how long the answers are kept': 'Answers are kept with the records of the survey.',
  'nơi liên hệ': 'Văn phòng Sở, trong giờ hành chính.', 'whom to contact': 'Office of the Department, in office hours.',
  'vì sao người này được mời': 'Ông/Bà được mời vì đã nhận kết quả thủ tục trong quý này.',
  'why this person was invited': 'You were invited because you received the result of a procedure this quarter.',
  'tiêu chí 8.2': 'Mức độ hài lòng của người dân', 'criterion 8.2': 'Satisfaction of citizens',
  'quy tắc chấm điểm': 'Quy tắc chấm điểm năm 2026', 'scoring rule': 'Scoring rule 2026',
  'đối tượng được đánh giá': 'Sở Tài nguyên và Môi trường', 'who is judged': 'Department of Natural Resources and Environment',
}

await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PHIEU_')))
const phieu = (...args) => execFileSync(program, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

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
  await writeFile(file, name === 'targets.csv' ? `unit,group,target,population\ndon-vi,nhom,${PEOPLE},${PEOPLE}\n` : filled)
}
phieu('survey', 'check', 'mot-cua')
phieu('round', 'create', '--survey', 'mot-cua', '--code', '2026', '--closes', '31/12/2099')
const people = Array.from({ length: PEOPLE }, (_, at) => `nd${at + 1},Nguyễn Văn ${at + 1},don-vi,nhom`)
await writeFile(path.join(folder, 'danh-sach.csv'), ['id,name,unit,group', ...people, ''].join('\n'))
phieu('frame', 'import', '--round', '2026', 'danh-sach.csv')
phieu('frame', 'freeze', '--round', '2026')
phieu('draw', '--round', '2026', '--public-value', '48213', '--source', 'Xổ số miền Bắc')
phieu('round', 'open', '2026')

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
  phieu('invite', 'export', '--round', '2026', '--address', address, '--out', 'phieu-moi.csv')
  const invited = (await readFile(path.join(folder, 'phieu-moi.csv'), 'utf8')).match(/http:\/\/\S+\/p\/\w+/g)
  assert.equal(invited.length, PEOPLE, 'everybody is invited')
  browser = await chromium.launch({
    executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const visitor = await Visitor.arrive(browser, new Album(), new Tally(), { ...PHONE, deviceScaleFactor: 1 })
  const picture = async (name) => {
    if (pictures) await visitor.page.screenshot({ path: path.resolve(pictures, `${name}.png`) })
  }
  await visitor.open(invited[0])
  await picture('landing')
  await begin(visitor, invited[0])
  const plan = { dung_hen: '2', so_lan: '3' }
  for (let page = 1; visitor.path() !== '/phieu/check'; page += 1) {
    assert.ok(page < 20, 'the form comes to an end')
    await visitor.answerAll(plan)
    await picture(`page-${page}`)
    await visitor.press(WORDS.vi.pages.continue)
    assert.equal(visitor.status(), 200, await visitor.text('main'))
  }
  assert.equal(await visitor.count('main .sum dt'), 10, 'ten answers to check')
  await picture('check')
  await visitor.press(WORDS.vi.pages.send)
  assert.equal(visitor.path(), '/phieu/thanks')
  await picture('thanks')
} finally {
  await browser?.close()
  server.kill('SIGINT')
}
console.log('The guide to a new questionnaire holds: ten questions from Excel, answered and sent')
process.exit(0)
