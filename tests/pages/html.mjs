// The Nu HTML checker over all pages at once.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'

const jar = path.join(path.dirname(createRequire(import.meta.url).resolve('vnu-jar/package.json')), 'build/dist/vnu.jar')

/** What it says of each page: errors and warnings. */
export async function checkHtml(pages) {
  const folder = await mkdtemp(path.join(tmpdir(), 'phieu-html-'))
  try {
    const files = pages.map((_, number) => path.join(folder, `${number}.html`))
    await Promise.all(pages.map((page, number) => writeFile(files[number], page.html)))
    const said = await new Promise((resolve, reject) => {
      const options = { maxBuffer: 64 << 20 }
      const args = ['-jar', jar, '--format', 'json', '--exit-zero-always', '--stdout', folder]
      execFile('java', args, options, (error, stdout) => (error ? reject(error) : resolve(stdout)))
    })
    return JSON.parse(said)
      .messages.filter((message) => message.type !== 'info' || message.subType === 'warning')
      .map((message) => ({
        page: pages[Number(path.basename(message.url, '.html'))],
        what: `${message.message} — ${(message.extract ?? '').replace(/\s+/g, ' ').slice(0, 120)}`,
      }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
