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

/** A language that the program does not have. Its texts here are made up. */
export const THIRD = 'eo'

const VOWELS = { a: 'ắ', e: 'ể', i: 'ỉ', o: 'ộ', u: 'ữ', y: 'ỹ', A: 'Ẩ', E: 'Ễ', I: 'Ị', O: 'Ổ', U: 'Ự', Y: 'Ỵ' }

/** An English text with accents, and longer by 40 %; places for values stay as they are. */
export function pseudo(text) {
  const said = text.replace(/\{\w+\}|\$\{[^}]*\}|[aeiouyAEIOUY]/g, (found) => VOWELS[found] ?? found)
  const more = Math.max(2, Math.ceil([...text].length * 0.4))
  return (said + ' ngẫẫẫm đượợợc thửửử'.repeat(Math.ceil(more / 20)).slice(0, more)).trimEnd()
}

const third = (section) => {
  const texts = Object.entries(read(section, 'en')).map(([key, text]) => [key, pseudo(text)])
  return Object.fromEntries(texts)
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
  [THIRD]: {
    pages: third('pages'),
    fieldwork: third('fieldwork'),
    answers: third('answers'),
  },
}
