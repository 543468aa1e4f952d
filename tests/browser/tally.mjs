// What was checked, and what came of it.

export class Tally {
  passed = 0
  failures = []

  /** One check. `detail` says what was found instead. */
  check(good, what, detail = '') {
    if (good) {
      this.passed += 1
    } else {
      this.failures.push(detail ? `${what}: ${detail}` : what)
      console.error(`FAILED  ${what}${detail ? `\n        ${detail}` : ''}`)
    }
    return good
  }

  /** Runs one story; a story that breaks off counts as one failure. */
  async story(name, tell) {
    const before = this.failures.length
    const started = Date.now()
    try {
      await tell()
    } catch (error) {
      this.check(false, name, String(error?.stack ?? error).split('\n').slice(0, 6).join('\n        '))
    }
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    const verdict = this.failures.length === before ? 'ok    ' : 'FAILED'
    console.log(`${verdict}  ${name} (${seconds} s)`)
  }

  get failed() {
    return this.failures.length
  }
}

/** Prints rows of cells below each other; numbers stand at the right. */
export function table(title, head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, at) => Math.max(...lines.map((line) => line[at].length)))
  const right = head.map((_, at) => rows.every((row) => typeof row[at] === 'number'))
  const print = (line) =>
    line.map((cell, at) => (right[at] ? cell.padStart(widths[at]) : cell.padEnd(widths[at]))).join('  ').trimEnd()
  console.log(`\n${title}`)
  console.log(print(lines[0]))
  console.log(widths.map((width) => '─'.repeat(width)).join('  '))
  for (const line of lines.slice(1)) console.log(print(line))
}
