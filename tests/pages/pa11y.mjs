// pa11y with both its judges, in one browser for all pages.

import { createRequire } from 'node:module'
import pa11y from 'pa11y'

const puppeteer = createRequire(createRequire(import.meta.url).resolve('pa11y'))('puppeteer')

export class Pa11y {
  static async open(executablePath) {
    const judge = new Pa11y()
    judge.browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    return judge
  }

  /** Errors on the page at `address`. */
  async issues(address) {
    const { issues } = await pa11y(address, {
      browser: this.browser,
      standard: 'WCAG2AA',
      runners: ['axe', 'htmlcs'],
      viewport: { width: 360, height: 640, isMobile: true },
    })
    // Of words in drawings axe cannot tell on what they stand; tests/browser/examine.mjs measures that.
    const unsure = (issue) => issue.code === 'color-contrast' && issue.runnerExtras?.needsFurtherReview
      && issue.context?.startsWith('<text ')
    return issues.filter((issue) => !unsure(issue)).map((issue) => `${issue.code}: ${issue.message} — ${issue.context?.slice(0, 120)}`)
  }

  close() {
    return this.browser.close()
  }
}
