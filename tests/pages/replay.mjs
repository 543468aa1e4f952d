// Serves the pages that the browser suite kept, each as it came from the program, so that
// judges which can only follow links see them in every state.

import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'

/** Headers that belong to one connection or that describe the body as it was sent. */
const OWN = ['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'date', 'set-cookie', 'location']

export async function replay(pages) {
  const bodies = pages.map((page) => gzipSync(page.html))
  const server = createServer((request, response) => {
    const number = Number(request.url.slice(1))
    const page = pages[number]
    if (!page) return response.writeHead(404).end()
    const headers = Object.fromEntries(Object.entries(page.headers).filter(([name]) => !OWN.includes(name)))
    // A judge does not look at a page that says that something went wrong.
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': bodies[number].length })
    response.end(bodies[number])
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  return {
    address: (number) => `http://127.0.0.1:${port}/${number}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}
