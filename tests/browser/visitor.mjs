// Somebody with a browser, who reads pages, presses what is on them, and types.

/** A telephone as small as any in use; scripts are off. */
export const PHONE = {
  viewport: { width: 360, height: 640 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  javaScriptEnabled: false,
  locale: 'vi-VN',
  reducedMotion: 'reduce',
}

export class Visitor {
  /** A new person with a browser of their own. */
  static async arrive(browser, album, tally, options = PHONE) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const visitor = new Visitor(context, page, album, tally)
    page.on('request', (request) => visitor.requests.push(request))
    return visitor
  }

  constructor(context, page, album, tally) {
    Object.assign(this, { context, page, album, tally, requests: [] })
  }

  /** Does what leads to another page, and waits for that. */
  async go(act) {
    this.requests.length = 0
    const [response] = await Promise.all([this.page.waitForNavigation(), act()])
    // The way through a redirect is not a part of the page.
    const requests = this.requests.filter((request) => !request.redirectedTo())
    this.seen = { response, requests: requests.map((request) => request.url()) }
    if (this.textSize) await this.page.evaluate(`document.documentElement.style.fontSize = '${this.textSize}'`)
    return response
  }

  open(address) {
    return this.go(() => this.page.goto(address))
  }

  /** Presses the button or link that says so. */
  press(words, within = this.page) {
    return this.go(() => within.getByText(words, { exact: true }).first().tap())
  }

  /** Presses what `selector` finds. */
  tap(selector) {
    return this.go(() => this.page.locator(selector).first().tap())
  }

  keep(kind, state = 'empty', side = 'respondent') {
    return this.album.keep(this.seen, side, kind, state)
  }

  async leave() {
    await this.context.close()
  }

  status() {
    return this.seen.response.status()
  }

  path() {
    return new URL(this.page.url()).pathname
  }

  text(selector) {
    return this.page.locator(selector).first().innerText()
  }

  count(selector) {
    return this.page.locator(selector).count()
  }

  language() {
    return this.page.evaluate('document.documentElement.lang')
  }

  /** The fields of the page: choices by name, and fields to type in. */
  fields() {
    return this.page.evaluate(`(() => {
      const fields = new Map()
      for (const field of document.querySelectorAll('main .card input, main .card textarea')) {
        if (field.type === 'hidden') continue
        const one = fields.get(field.name) ?? {
          name: field.name, kind: field.type, mode: field.inputMode, options: [],
          required: field.required,
        }
        if (field.type === 'radio' || field.type === 'checkbox') one.options.push(field.value)
        fields.set(field.name, one)
      }
      return [...fields.values()]
    })()`)
  }

  /** What is chosen and typed on the page. */
  answers() {
    return this.page.evaluate(`Object.fromEntries(
      [...document.querySelectorAll('main .card input, main .card textarea')]
        .filter((field) => field.type !== 'hidden')
        .filter((field) => !['radio', 'checkbox'].includes(field.type) || field.checked)
        .map((field) => [field.name + (field.type === 'checkbox' ? '=' + field.value : ''), field.value])
    )`)
  }

  /** Presses the row of an answer. */
  async choose(name, value) {
    await this.page.locator(`label.o:has(input[name="${name}"][value="${value}"])`).tap()
  }

  /** Answers one question as `plan` says, or in some way that fits. */
  async answer(field, plan = {}) {
    const wanted = plan[field.name]
    if (field.kind === 'radio') {
      await this.choose(field.name, wanted ?? field.options[0])
    } else if (field.kind === 'checkbox') {
      for (const value of wanted ?? field.options.slice(0, 2)) await this.choose(field.name, value)
    } else {
      const typed = wanted ?? (field.mode ? '3' : 'Xin hướng dẫn rõ hơn về thành phần hồ sơ.')
      await this.page.locator(`[name="${field.name}"]`).fill(typed)
    }
  }

  async answerAll(plan) {
    for (const field of await this.fields()) await this.answer(field, plan)
  }
}
