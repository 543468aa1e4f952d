// What independent judges say of every page: node run.mjs ALBUM
//
// Lighthouse looks at one page of each kind, state and language, on a slow telephone with a slow
// network; pa11y and the Nu HTML checker look at all of them.
// Ends with status 1 if anything is below its bar.

import { launch } from 'chrome-launcher'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import lighthouse from 'lighthouse'
import { checkHtml } from './html.mjs'
import { Pa11y } from './pa11y.mjs'
import { replay } from './replay.mjs'

/** Seconds until the largest element is painted, at the most. */
const SLOWEST = 2.0
/** Two bars of signal, and a telephone of the cheapest kind. */
const SLOW = {
  throttlingMethod: 'simulate',
  throttling: { rttMs: 400, throughputKbps: 400, cpuSlowdownMultiplier: 4 },
  formFactor: 'mobile',
  screenEmulation: { mobile: true, width: 360, height: 640, deviceScaleFactor: 2, disabled: false },
  onlyCategories: ['performance', 'accessibility', 'best-practices'],
  skipAudits: ['is-on-https', 'redirects-http'],
}
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

const [album] = process.argv.slice(2)
if (!album || !CHROMIUM) {
  console.error('usage: node run.mjs ALBUM   (with Chromium installed)')
  process.exit(2)
}
const pages = JSON.parse(await readFile(album, 'utf8'))
const failures = []
const check = (fits, what) => {
  if (fits) return
  failures.push(what)
  console.log(`FAILED  ${what}`)
}
const name = (page) => `${page.side} ${page.kind} ${page.state} ${page.language}${page.number > 1 ? ` ${page.number}` : ''}`

const server = await replay(pages)
try {
  for (const { page, what } of await checkHtml(pages)) check(false, `${name(page)}: ${what} (Nu HTML checker)`)
  console.log(`Nu HTML checker: ${pages.length} pages`)

  const chrome = await launch({ chromePath: CHROMIUM, chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'] })
  console.log('\n| page | LCP s | layout shift | accessibility | best practices | bytes |\n|---|---|---|---|---|---|')
  const rows = []
  for (const [number, page] of pages.entries()) {
    if (page.number > 1) continue
    const row = await judged(chrome.port, page, server.address(number))
    rows.push(row)
    console.log(`| ${name(row.page)} | ${row.paint.toFixed(2)} | ${row.shift.toFixed(3)} | ${row.access} | ${row.practices} | ${row.bytes} |`)
  }
  await chrome.kill()
  slowest(rows)

  const pa11y = await Pa11y.open(CHROMIUM)
  for (const [number, page] of pages.entries()) {
    for (const issue of await pa11y.issues(server.address(number))) check(false, `${name(page)}: ${issue} (pa11y)`)
  }
  await pa11y.close()
  console.log(`pa11y (axe and HTML_CodeSniffer, WCAG 2 AA): ${pages.length} pages`)
} finally {
  await server.stop()
}
console.log(`\n${failures.length} failed`)
process.exit(failures.length ? 1 : 0)

async function judged(port, page, address) {
  const { lhr } = await lighthouse(address, { port, output: 'json', logLevel: 'error' }, { extends: 'lighthouse:default', settings: SLOW })
  const score = (category) => Math.round(lhr.categories[category].score * 100)
  const paint = lhr.audits['largest-contentful-paint'].numericValue / 1000
  const [access, practices] = [score('accessibility'), score('best-practices')]
  const below = Object.values(lhr.audits).filter((audit) => audit.score === 0 && audit.scoreDisplayMode === 'binary')
  const why = below.map((audit) => audit.id).join(' ')
  check(access === 100, `${name(page)}: accessibility ${access}, ${why} (Lighthouse)`)
  check(practices === 100, `${name(page)}: best practices ${practices}, ${why} (Lighthouse)`)
  if (page.side === 'respondent') check(paint <= SLOWEST, `${name(page)}: largest paint after ${paint.toFixed(2)} s (Lighthouse)`)
  return { page, paint, shift: lhr.audits['cumulative-layout-shift'].numericValue, access, practices, bytes: page.bytes }
}

function slowest(rows) {
  const respondents = rows.filter((row) => row.page.side === 'respondent')
  const [first] = respondents.sort((a, b) => b.paint - a.paint)
  if (first) console.log(`\nSlowest page of a respondent: ${name(first.page)}, largest paint after ${first.paint.toFixed(2)} s at 400 kbit/s, 400 ms, 4 × CPU\n`)
}
