// The words on buttons, as the message files have them, so that the walks follow the texts.

import { readFileSync } from 'node:fs'

const read = (section, language) => {
  const file = new URL(`../../src/messages/${section}.${language}.toml`, import.meta.url)
  const words = {}
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const found = line.match(/^(\w+) = (".*")$/)
    if (found) words[found[1]] = JSON.parse(found[2])
  }
  return words
}

export const WORDS = {
  vi: {
    pages: read('pages', 'vi'),
    office: read('office', 'vi'),
    plan: read('plan', 'vi'),
    figures: read('figures', 'vi'),
    surveys: read('surveys', 'vi'),
  },
  en: {
    pages: read('pages', 'en'),
    office: read('office', 'en'),
    plan: read('plan', 'en'),
    figures: read('figures', 'en'),
    surveys: read('surveys', 'en'),
  },
}
