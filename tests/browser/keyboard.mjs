// A whole form by keyboard alone, and the focus seen at every step.

import assert from 'node:assert/strict'
import { PHONE, Visitor } from './visitor.mjs'

const FOCUS = `(() => {
  const one = document.activeElement
  if (!one || one === document.body) return null
  // The ring of an answer is drawn around its row.
  const drawn = one.closest('label.o') ? one.nextElementSibling : one
  const style = getComputedStyle(drawn)
  const box = drawn.getBoundingClientRect()
  return {
    tag: one.localName, type: one.type, name: one.name, value: one.value, id: one.id,
    words: one.textContent.trim(), ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.bottom > 0 && box.top < innerHeight,
  }
})()`

/** Answers the form behind `link` without touching or pointing at anything. */
export async function byKeyboard(browser, album, tally, link) {
  const visitor = await Visitor.arrive(browser, album, tally, { ...PHONE, hasTouch: false, isMobile: false })
  const hidden = new Set()
  const reach = async (what, fits) => {
    for (let step = 0; step < 80; step += 1) {
      await visitor.page.keyboard.press('Tab')
      const focus = await visitor.page.evaluate(FOCUS)
      if (focus && !(focus.ring && focus.seen)) hidden.add(`${visitor.path()} ${focus.tag} ${focus.words || focus.name}`)
      if (focus && fits(focus)) return focus
    }
    throw new Error(`the Tab key never reaches ${what} on ${visitor.path()}`)
  }
  const key = (name) => visitor.page.keyboard.press(name)

  await visitor.open(link)
  await reach('the button to begin', (focus) => focus.name === 'part')
  await visitor.go(() => key('Enter'))
  let pages = 0
  while (visitor.path() !== '/phieu/check') {
    assert.ok((pages += 1) < 40, 'the form comes to an end')
    for (const field of await visitor.fields()) await answer(field, reach, key, visitor)
    // The Enter key in a field does what the first button does; here it is reached and pressed.
    await reach('the button to go on', (focus) => focus.type === 'submit' && focus.name === '')
    await visitor.go(() => key('Enter'))
    assert.equal(visitor.status(), 200, 'the page is taken')
  }
  await reach('the button to submit', (focus) => focus.type === 'submit' && focus.name === '')
  await visitor.go(() => key('Space'))
  tally.check(visitor.path() === '/phieu/thanks', 'a form is answered by keyboard alone')
  tally.check(hidden.size === 0, 'the focus is always seen', [...hidden].slice(0, 5).join('; '))
  await visitor.leave()
  return pages
}

async function answer(field, reach, key, visitor) {
  await reach(`the question ${field.name}`, (focus) => focus.name === field.name)
  if (field.kind === 'radio') {
    await key('Space')
    await key('ArrowDown')
    const answers = await visitor.answers()
    assert.equal(answers[field.name], field.options[1], 'the arrow keys move the answer')
  } else if (field.kind === 'checkbox') {
    await key('Space')
  } else {
    await visitor.page.keyboard.type(field.mode ? '3' : 'Không có ý kiến thêm.')
  }
}
