// Every page that a walk saw, as it came from the server, to be examined afterwards.

import { createHash } from 'node:crypto'

export class Album {
  pages = []
  requests = []
  #seen = new Set()

  /** Keeps the page a browser shows, under what it is and the state it is in. */
  async keep(seen, side, kind, state) {
    const { response, requests } = seen
    const html = await response.text()
    const language = html.match(/<html lang="(\w+)"/)?.[1] ?? '?'
    const hash = createHash('sha256').update(`${side} ${kind} ${state} ${html}`).digest('hex')
    const sizes = await response.request().sizes()
    const page = {
      side,
      kind,
      state,
      language,
      html,
      url: response.url(),
      status: response.status(),
      headers: response.headers(),
      bytes: sizes.responseHeadersSize + sizes.responseBodySize,
      requests,
    }
    if (!this.#seen.has(hash)) {
      this.#seen.add(hash)
      page.number = this.pages.filter((other) => nameOf(other) === nameOf(page)).length + 1
      this.pages.push(page)
    }
    return page
  }
}

/** What a page is called in reports. */
export const nameOf = (page) => `${page.side} ${page.kind} ${page.state} ${page.language}`

/** The same, told apart from others of its kind, for reports and file names. */
export const fullName = (page) => `${nameOf(page)}${page.number > 1 ? ` ${page.number}` : ''}`
