// The sheets that keyholders lock away: one page of paper each, sound, and with a share to scan.

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import AxeBuilderModule from '@axe-core/playwright'
import { HtmlValidate } from 'html-validate'
import { RULES } from './html-rules.mjs'

const AxeBuilder = AxeBuilderModule.default ?? AxeBuilderModule
// Longer than most names are, so that a sheet that just fits is found out.
const HOLDER = 'Công Tằng Tôn Nữ Thị Hoàng Phương Thảo, Phó Chánh Văn phòng'

/** Makes keys by the command line and looks at their sheets, in one language. */
export async function keySheets(browser, tally, program, folder, screens, language) {
  const out = path.join(folder, `keys-${language}`)
  const holders = Array(3).fill(['--holder', HOLDER]).flat()
  execFileSync(program, ['keys', 'make', '--out', out, '--round', 'hai-long-cong-chuc-2026', ...holders, '--lang', language], { cwd: folder })
  const context = await browser.newContext({ viewport: { width: 794, height: 1123 } })
  const page = await context.newPage()
  for (const number of [1, 2, 3]) {
    const file = path.join(out, `share-${number}.html`)
    const name = `the sheet of share ${number} in ${language}`
    const { results } = new HtmlValidate(RULES).validateStringSync(await readFile(file, 'utf8'))
    tally.check(results.length === 0, `${name} is valid HTML`, JSON.stringify(results[0]?.messages.slice(0, 2)))
    await page.goto(pathToFileURL(file).href)
    const { violations } = await new AxeBuilder({ page }).analyze()
    tally.check(violations.length === 0, `${name} has nothing that axe complains of`, violations.map((one) => one.id).join(' '))
    const typed = (await page.locator('.groups li').allTextContents()).join(' ')
    const share = (await readFile(path.join(out, `share-${number}.txt`), 'utf8')).trim().split('\n').at(-1)
    tally.check(typed === share, `${name} shows what is in its file`)
    const pdf = await page.pdf({ path: path.join(screens, `key-sheet-${number}-${language}.pdf`), preferCSSPageSize: true })
    const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length
    tally.check(sheets === 1, `${name} fits one page`, sheets)
  }
  await page.screenshot({ path: path.join(screens, `key-sheet-${language}.png`) })
  await context.close()
}
