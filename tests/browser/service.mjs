// The program under test: started, asked and stopped as its users do it.

import { spawn, execFile } from 'node:child_process'
import { mkdir, readFile, writeFile, cp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const SURVEYS = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'surveys')

/** A port that nobody uses. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** A running server. */
class Server {
  constructor(child, address) {
    this.child = child
    this.address = address
    this.said = ''
    this.ended = new Promise((resolve) => child.once('exit', resolve))
    child.stderr.setEncoding('utf8').on('data', (text) => (this.said += text))
    child.stdout.resume()
  }

  /** Waits until the server has printed what `pattern` matches. */
  async until(pattern, seconds) {
    const last = Date.now() + seconds * 1000
    while (!pattern.test(this.said)) {
      if (this.child.exitCode !== null) throw new Error(`the server ended early:\n${this.said}`)
      if (Date.now() > last) throw new Error(`the server did not get ready:\n${this.said}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async stop() {
    if (this.child.exitCode === null) this.child.kill('SIGINT')
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 10_000)
    await this.ended
    clearTimeout(patience)
  }
}

/** The demo, with its results page and links that nobody has used. */
export async function startDemo(binary, folder, password) {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const address = `127.0.0.1:${await freePort()}`
  const env = { ...process.env, PHIEU_OPERATOR_PASSWORD: password }
  delete env.PHIEU_DATABASE
  const child = spawn(binary, ['demo', '--listen', address], { cwd: folder, env })
  const server = new Server(child, `http://${address}`)
  await server.until(/Ctrl\+C/, 120)
  server.links = server.said.match(/http:\/\/\S+\/p\/\S+/g) ?? []
  server.results = server.said.match(/http:\/\/\S+\/results/)?.[0]
  server.progress = server.said.match(/http:\/\/\S+\/progress/)?.[0]
  return server
}

const GROUPS = { ld: 2, cc: 3, nd: 4, dn: 6 }
const UNIT = 'van-phong'

/** An empty folder with the files of a survey of a handful of people in it. */
export async function surveyFolder(folder) {
  await rm(folder, { recursive: true, force: true })
  const survey = path.join(folder, 'survey')
  await cp(path.join(SURVEYS, 'so-tnmt-2024'), survey, { recursive: true })
  const targets = Object.entries(GROUPS).map(([group, n]) => `${UNIT},${group},${n},${n}`)
  await writeFile(
    path.join(survey, 'targets.csv'),
    ['unit,group,target,population', ...targets, ''].join('\n'),
  )
  return survey
}

async function people(folder) {
  const people = Object.entries(GROUPS).flatMap(([group, n]) =>
    Array.from({ length: n }, (_, at) => `${group}${at},Nguyễn Thị ${at},${UNIT},${group}`),
  )
  const list = path.join(folder, 'people.csv')
  await writeFile(list, ['id,name,unit,group', ...people, ''].join('\n'))
  return list
}

async function prepare(phieu, survey, round, list) {
  const last = `30/12/${new Date().getFullYear() + 1}`
  await phieu('round', 'create', '--survey', survey, '--code', round, '--closes', last)
  if (!list) return
  await phieu('frame', 'import', '--round', round, list)
  await phieu('frame', 'freeze', '--round', round)
  await phieu('draw', '--round', round, '--public-value', '12345', '--source', 'test')
}

/** A round of `survey` that takes answers, and its server. */
export async function startSurvey(binary, folder, survey) {
  const phieu = (...args) => run(binary, args, folder)
  await prepare(phieu, survey, 'open', await people(folder))
  await phieu('round', 'open', 'open')
  return serve(binary, folder, `127.0.0.1:${await freePort()}`, ['open'])
}

/** Rounds in every state, of a handful of people, set up by the command line. */
export async function startRounds(binary, folder) {
  const survey = await surveyFolder(folder)
  const list = await people(folder)
  const phieu = (...args) => run(binary, args, folder)
  for (const round of ['quarter-1', 'quarter-2', 'open', 'closed', 'waiting', 'empty']) {
    await prepare(phieu, survey, round, round === 'empty' ? undefined : list)
  }
  for (const round of ['quarter-1', 'quarter-2']) {
    await phieu('round', 'open', round)
    await phieu('round', 'close', round)
    await phieu('round', 'open-box', round)
  }
  await phieu('round', 'open', 'open')
  await phieu('round', 'open', 'closed')
  await phieu('round', 'close', 'closed')
  const address = `127.0.0.1:${await freePort()}`
  const server = await serve(binary, folder, address, ['open', 'closed', 'waiting'])
  server.setPassword = (password) => run(binary, ['user', 'password'], folder, `${password}\n`)
  return server
}

/** The server of `folder`, with the codes of some of its rounds. */
async function serve(binary, folder, address, rounds) {
  const codes = {}
  for (const round of rounds) {
    const out = path.join(folder, `${round}.csv`)
    await run(binary, ['invite', 'export', '--round', round, '--address', link(address), '--out', out], folder)
    codes[round] = invited(await readFile(out, 'utf8'))
  }
  const child = spawn(binary, ['serve', '--listen', address], { cwd: folder, env: clean() })
  const server = new Server(child, link(address))
  await server.until(/Ctrl\+C/, 30)
  server.codes = codes
  return server
}

const link = (address) => `http://${address}`

function clean() {
  const env = { ...process.env }
  for (const name of Object.keys(env)) if (name.startsWith('PHIEU_')) delete env[name]
  return env
}

/** The links of each group, in the order of the file. */
function invited(csv) {
  const [head, ...lines] = csv.replace(/^\uFEFF/, '').trim().split(/\r?\n/).map((line) => line.split(','))
  const [group, link, code] = ['group', 'link', 'code'].map((name) => head.indexOf(name))
  const groups = {}
  for (const line of lines) (groups[line[group]] ??= []).push({ link: line[link], code: line[code] })
  return groups
}

function run(binary, args, cwd, input = '') {
  return new Promise((resolve, reject) => {
    const child = execFile(binary, args, { cwd, env: clean() }, (error, stdout, stderr) => {
      if (error) reject(new Error(`phieu ${args.join(' ')}\n${stderr}`))
      else resolve(stdout)
    })
    child.stdin.end(input)
  })
}
