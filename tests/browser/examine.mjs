// Looks at every page that the walks brought home: is it sound, small, and fit for everyone?

import AxeBuilderModule from '@axe-core/playwright'
import { HtmlValidate } from 'html-validate'
import path from 'node:path'
import { fullName, nameOf } from './album.mjs'
import { RULES } from './html-rules.mjs'

const AxeBuilder = AxeBuilderModule.default ?? AxeBuilderModule
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const MOST_BYTES = 14_600
const validate = new HtmlValidate(RULES)

/** Examines `pages` by `hands` browsers' pages at the same time. */
export async function examineAll(browser, pages, tally, screens, hands = 2) {
  const waiting = [...pages]
  const work = async () => {
    const desk = await Desk.open(browser)
    for (let page = waiting.shift(); page; page = waiting.shift()) {
      try {
        await desk.examine(page, tally, screens)
      } catch (error) {
        tally.check(false, `${fullName(page)} can be examined`, String(error?.message ?? error))
      }
    }
    await desk.context.close()
  }
  await Promise.all(Array.from({ length: hands }, work))
}

/** A browser that shows kept pages again, exactly as they came, without the server. */
class Desk {
  static async open(browser) {
    const desk = new Desk()
    desk.context = await browser.newContext({ viewport: { width: 360, height: 640 }, reducedMotion: 'reduce' })
    desk.tab = await desk.context.newPage()
    desk.tab.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Refused/.test(message.text())) {
        desk.refused.push(message.text())
      }
    })
    await desk.context.route('**/*', (route) => {
      const kept = desk.kept
      const own = kept && route.request().isNavigationRequest() && route.request().url() === kept.url
      if (!own) {
        desk.asked.push(route.request().url())
        return route.abort()
      }
      const { 'content-encoding': _, 'content-length': __, ...headers } = kept.headers
      return route.fulfill({ status: kept.status, headers, body: kept.html })
    })
    return desk
  }

  async examine(page, tally, screens) {
    const name = fullName(page)
    const respondent = page.side === 'respondent'
    Object.assign(this, { kept: page, asked: [], refused: [] })
    text(page, tally, name)
    await this.show(page, { width: 360, height: 640 }, 'light')
    tally.check(this.asked.length === 0, `${name} asks for nothing else`, this.asked.join(' '))
    tally.check(this.refused.length === 0, `${name} keeps to its own policy`, this.refused[0])
    const facts = await this.tab.evaluate(MEASURE)
    tally.check(facts.styled, `${name} wears its style`)
    tally.check(facts.headings === 1, `${name} has one main heading`, facts.headings)
    tally.check(facts.small.length === 0, `${name} has targets large enough`, facts.small.slice(0, 4).join('; '))
    tally.check(facts.close.length === 0, `${name} keeps rows and buttons apart`, facts.close.slice(0, 4).join('; '))
    if (respondent) {
      tally.check(facts.tiny.length === 0, `${name} has text of 18 px or more`, facts.tiny.slice(0, 4).join('; '))
    }
    page.target = facts.least
    await this.axe(name, AXE_TAGS, tally)
    await this.picture(page, screens, '360')
    await this.widths(page, tally, name)
    if (!respondent) {
      await this.show(page, { width: 1280, height: 900 }, 'light')
      await this.picture(page, screens, '1280')
    }
    // Colours are those of the kind and state; a few pages of each show them all.
    if (page.number <= 3) {
      await this.show(page, { width: 360, height: 640 }, 'dark')
      await this.axe(`${name}, dark,`, null, tally)
      if (page.number === 1) await this.picture(page, screens, '360-dark')
    }
    if (['results', 'progress', 'plan'].includes(page.kind)) await this.printed(page, tally, screens)
  }

  async show(page, viewport, colorScheme) {
    await this.tab.setViewportSize(viewport)
    await this.tab.emulateMedia({ colorScheme, media: 'screen' })
    await this.tab.goto(page.url)
  }

  async axe(name, tags, tally) {
    const axe = new AxeBuilder({ page: this.tab })
    const { violations } = await (tags ? axe.withTags(tags) : axe.withRules(['color-contrast', 'link-in-text-block'])).analyze()
    const said = violations.map((one) => `${one.id} (${one.nodes.length}×): ${one.nodes[0].html.slice(0, 160)} — ${one.nodes[0].failureSummary?.split('\n').slice(1, 3).join(' ').trim()}`)
    tally.check(violations.length === 0, `${name} has nothing that axe complains of`, said.join('\n        '))
    // Neither axe nor others know on which bar a word of a drawing stands.
    const faint = await this.tab.evaluate(FAINT)
    tally.check(faint.length === 0, `${name} has words in drawings that stand out`, faint.slice(0, 4).join('; '))
  }

  /** Nothing is wider than the screen, on the smallest one and with text of twice the size. */
  async widths(page, tally, name) {
    const viewport = { width: 320, height: 640 }
    for (const [width, size] of [[320, ''], [360, '200%'], [320, '200%']]) {
      await this.tab.setViewportSize({ ...viewport, width })
      const wide = await this.tab.evaluate(`(${OVERFLOW})(${JSON.stringify(size)})`)
      const strict = width === 360 || !size
      if (strict) tally.check(wide.length === 0, `${name} fits ${width} px ${size ? `at ${size} text` : ''}`, wide.slice(0, 3).join('; '))
    }
    await this.tab.evaluate(`document.documentElement.style.fontSize = ''`)
  }

  async picture(page, screens, how) {
    const file = path.join(screens, `${fullName(page).replace(/\s+/g, '-')}-${how}.png`)
    await this.tab.screenshot({ path: file, fullPage: true })
  }

  /** On a sheet of A4 between margins of 15 mm: nothing is cut off. */
  async printed(page, tally, screens) {
    const name = fullName(page)
    await this.tab.setViewportSize({ width: 680, height: 1000 })
    await this.tab.emulateMedia({ colorScheme: 'light', media: 'print' })
    const wide = await this.tab.evaluate(PRINTED)
    tally.check(wide.length === 0, `${name} fits a printed sheet`, wide.slice(0, 3).join('; '))
    await this.picture(page, screens, 'print')
    await this.tab.emulateMedia({ colorScheme: 'light', media: null })
    const side = '15mm'
    await this.tab.pdf({
      path: path.join(screens, `${name.replace(/\s+/g, '-')}.pdf`),
      format: 'A4',
      margin: { top: side, bottom: side, left: side, right: side },
    })
  }
}

/** What can be said of a page from its text. */
function text(page, tally, name) {
  const { html, headers, requests, bytes } = page
  const report = validate.validateStringSync(html)
  const complaints = report.results.flatMap((result) => result.messages)
  tally.check(
    complaints.length === 0,
    `${name} is valid HTML`,
    complaints.slice(0, 3).map((one) => `${one.ruleId}: ${one.message} at ${JSON.stringify(html.slice(one.offset, one.offset + 80))}`).join('\n        '),
  )
  tally.check(requests.length === 1, `${name} comes in one request`, requests.join(' '))
  const script = html.match(/<script>([^]*?)<\/script>/)?.[1] ?? ''
  const rest = html.replace(`<script>${script}</script>`, '')
  tally.check(!/<script|\son[a-z]+=|javascript:/i.test(rest), `${name} holds no other script`)
  tally.check(script.length <= 3_000, `${name} has a script of 3,000 bytes or less`, script.length)
  const policy = headers['content-security-policy'] ?? ''
  tally.check(/default-src 'none'/.test(policy) && /script-src 'sha256-[^' ]+';/.test(policy), `${name} allows no other script`)
  tally.check(headers['content-encoding'] === 'gzip', `${name} comes compressed`)
  const own = new URL(page.url).host
  const hosts = [...html.matchAll(/(?:src|href|action)="https?:\/\/([^/"]+)/g)].map((found) => found[1])
  tally.check(hosts.every((host) => host === own), `${name} names no other host`, hosts.join(' '))
  if (page.side === 'respondent') {
    tally.check(bytes <= MOST_BYTES, `${name} is at most ${MOST_BYTES} bytes`, bytes)
  }
}

/** Runs in the page: sizes of targets and text, headings, style. */
const MEASURE = `(() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0
    && !one.closest('.off')
  const say = (one, box) => one.localName + ' “' + (one.textContent.trim() || one.name || one.id).slice(0, 30) + '” '
    + Math.round(box.width) + '×' + Math.round(box.height)
  const large = 'label.o, button, .button, input[type=text], input[type=password], input[type=file], textarea, summary'
  const small = [], boxes = []
  let least = Infinity
  for (const one of document.querySelectorAll(large)) {
    if (!shown(one)) continue
    const box = one.getBoundingClientRect()
    if (box.width < 48 || box.height < 47.9) small.push(say(one, box))
    if (one.matches('label.o, button, .button')) boxes.push([one, box])
    least = Math.min(least, box.width, box.height)
  }
  for (const one of document.querySelectorAll('a, [tabindex]')) {
    // The place where the focus goes is no target, and neither is a box that only scrolls.
    if (!shown(one) || one.matches('.button, [tabindex="-1"], .scroll')) continue
    const box = one.getBoundingClientRect()
    // A link among the words of a sentence is as high as its line.
    if (box.width < 24 || box.height < 24) small.push(say(one, box))
  }
  const close = []
  for (const [at, [one, a]] of boxes.entries()) {
    for (const [other, b] of boxes.slice(at + 1)) {
      const across = Math.max(a.left, b.left) - Math.min(a.right, b.right)
      const down = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom)
      if (Math.max(across, down) < 7.9) close.push(say(one, a) + ' / ' + say(other, b))
    }
  }
  const tiny = new Set()
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement
    if (!words.currentNode.data.trim() || !shown(parent)) continue
    const size = parseFloat(getComputedStyle(parent).fontSize)
    if (size < 17.99) tiny.add(Math.round(size * 10) / 10 + ' px: ' + words.currentNode.data.trim().slice(0, 30))
  }
  return {
    small, close, least: Math.round(least), tiny: [...tiny],
    headings: document.querySelectorAll('h1').length,
    styled: getComputedStyle(document.body).borderTopWidth === '5px',
  }
})()`

/** Runs in the page: words of drawings with less than 4.5 : 1 against what they stand on. */
const FAINT = `(() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).map(Number).map((part) => part / 255)
    const [r, g, b] = parts.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (one) => {
    const colour = getComputedStyle(one).backgroundColor
    if (!/, 0\\)$|transparent/.test(colour)) return colour
    return one.parentElement ? behind(one.parentElement) : 'rgb(255, 255, 255)'
  }
  const faint = []
  for (const word of document.querySelectorAll('svg text')) {
    const drawing = word.ownerSVGElement, box = word.getBBox(), ink = getComputedStyle(word).fill
    const shapes = [...drawing.querySelectorAll('rect, path, circle, polygon')].filter((shape) =>
      word.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_PRECEDING && getComputedStyle(shape).fill !== 'none')
    for (const along of [0.02, 0.25, 0.5, 0.75, 0.98]) {
      const point = new DOMPoint(box.x + box.width * along, box.y + box.height / 2).matrixTransform(word.getCTM())
      const under = shapes.findLast((shape) => shape.isPointInFill(point.matrixTransform(shape.getCTM().inverse())))
      const ground = under ? getComputedStyle(under).fill : behind(drawing.parentElement)
      const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b)
      const ratio = (high + 0.05) / (low + 0.05)
      if (ratio < 4.5) faint.push(word.textContent + ' ' + ratio.toFixed(2) + ' (' + ink + ' on ' + ground + ')')
    }
  }
  return faint
})()`

/** Runs in the page: what stands out of the screen, with text of this size. */
const OVERFLOW = `(size) => {
  const root = document.documentElement
  root.style.fontSize = size ? parseFloat(size) / 100 * 18 + 'px' : ''
  const width = root.clientWidth
  if (root.scrollWidth <= width) return []
  const out = []
  for (const one of document.body.querySelectorAll('*')) {
    const box = one.getBoundingClientRect()
    if (box.right > width + 0.5 && !one.closest('.scroll, .command, .off')) out.push(one.localName + '.' + one.className + ' ' + Math.round(box.right))
  }
  return out.length ? out : ['scroll width ' + root.scrollWidth]
}`

/** Runs in the page: what stands out of the sheet. */
const PRINTED = `[...document.body.querySelectorAll('*')]
  .filter((one) => !one.closest('.off') && one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((one) => one.localName + ' ' + Math.round(one.getBoundingClientRect().right))`

/** One row for each kind of page: the largest of it. */
export function figures(pages) {
  const kinds = new Map()
  for (const page of pages) {
    const key = `${page.side} · ${page.kind}`
    const row = kinds.get(key) ?? { pages: 0, bytes: 0, html: 0, requests: 0, target: Infinity }
    row.pages += 1
    row.bytes = Math.max(row.bytes, page.bytes)
    row.html = Math.max(row.html, Buffer.byteLength(page.html))
    row.requests = Math.max(row.requests, page.requests.length)
    row.target = Math.min(row.target, page.target ?? Infinity)
    kinds.set(key, row)
  }
  return [...kinds].sort().map(([kind, row]) => [
    kind, row.pages, row.bytes, row.html, row.requests, Number.isFinite(row.target) ? row.target : '–',
  ])
}
