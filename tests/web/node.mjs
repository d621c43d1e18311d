// SPDX-License-Identifier: Apache-2.0
/* A real node for the browser tests, set up as an administrator would: `kumak init`, the
 * first login, the password changed, then agencies, sites, a unit and people through the
 * API. And the browser that looks at it. What is awaited is awaited; nothing just sleeps. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')
export const OUT = join(ROOT, 'tests/web/out')
const KUMAK = process.env.KUMAK ?? join(ROOT, 'build/kumak')
const CHROMIUM = process.env.CHROMIUM ?? 'chromium'
const SLOW = Number(process.env.KUMAK_SLOW ?? 1)
const need = createRequire(join(ROOT, 'web/package.json'))
const { chromium } = need('playwright-core')
const AXE = need.resolve('axe-core/axe.min.js')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/* The words of a page: common ones and its own, as the page merges them. */
export function wordsOf(page, language) {
	const read = (path) => {
		try {
			return JSON.parse(readFileSync(join(ROOT, 'web/src', path)))
		} catch (error) {
			if (error.code === 'ENOENT') return {}
			throw error
		}
	}
	const words = {
		...(page === 'sos' ? {} : read(`lib/strings/${language}.json`)),
		...read(`${page}/strings/${language}.json`),
		...read(`${page}/strings/late/${language}.json`),
		...read(`${page}/strings/more/${language}.json`),
		...read(`${page}/strings/setup/${language}.json`),
	}
	return (key) => {
		assert.ok(key in words, `${page} has no word for ${key} in ${language}`)
		return words[key]
	}
}

/* Somebody who asks the node with a session cookie or a token. */
export class Caller {
	constructor(url, token) {
		this.url = url
		this.headers = token ? { authorization: `Bearer ${token}` } : {}
	}

	async ask(method, path, body) {
		const response = await fetch(`${this.url}/api/v1${path}`, {
			method,
			headers: { ...this.headers, ...(body && { 'content-type': 'application/json' }) },
			body: body && JSON.stringify(body),
		})
		const cookie = response.headers.get('set-cookie')
		if (cookie) this.headers.cookie = cookie.split(';')[0]
		const text = await response.text()
		const answer = text ? JSON.parse(text) : undefined
		return { status: response.status, answer }
	}

	async ok(method, path, body) {
		const { status, answer } = await this.ask(method, path, body)
		assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(answer)}`)
		return answer
	}

	get = (path) => this.ok('GET', path)
	post = (path, body = {}) => this.ok('POST', path, body)

	async login(login, password) {
		const { csrf } = await this.post('/session', { login, password })
		this.headers['x-csrf-token'] = csrf
	}

	/* The one-time password of a new account becomes a lasting one. */
	async first(login, once, lasting) {
		await this.login(login, once)
		await this.post('/session/password', { old: once, new: lasting })
		await this.login(login, lasting)
	}
}

function serve(data, options) {
	const child = spawn(
		KUMAK,
		['serve', '--listen', '127.0.0.1:0', '--data', data, ...options],
		{
			stdio: ['ignore', 'pipe', 'pipe'],
		},
	)
	let said = ''
	child.stderr.on('data', (text) => {
		said = (said + text).slice(-4_000)
	})
	const lines = createInterface({ input: child.stdout })
	const ready = new Promise((done, fail) => {
		lines.on('line', (line) => {
			const found = /^kumak: ready on (http:\S+)$/.exec(line)
			if (found) done(found[1])
		})
		child.once('error', fail)
		child.once('exit', (code) => fail(new Error(`serve ended with ${code}: ${said}`)))
	})
	const ended = new Promise((done) => child.once('exit', done))
	const stop = async () => {
		child.kill('SIGKILL')
		await ended
		rmSync(data, { recursive: true, force: true })
	}
	return { ready, stop, log: () => said }
}

export async function demoNode(...options) {
	const data = mkdtempSync(join(tmpdir(), 'kumak-web-'))
	const { ready, stop, log } = serve(data, ['--demo', ...options])
	try {
		const url = await ready
		const demo = JSON.parse(readFileSync(join(data, 'demo.json')))
		const login = (role) => demo.accounts.find((one) => one.role === role)
		return { url, data, demo, login, stop, log }
	} catch (error) {
		await stop()
		throw error
	}
}

const PLACES = [
	{ lat: 24.8205, lon: 67.0301 },
	{ lat: 24.8405, lon: 67.0602 },
]
const LASTING = 'a lasting pass phrase'

/* A real node with two missions, a site each, one unit on shift and its people.
 * `people[role]` is { login, password }. */
export async function realNode() {
	const data = mkdtempSync(join(tmpdir(), 'kumak-web-'))
	const made = execFileSync(
		KUMAK,
		['init', '--data', data, '--node', 'khi', '--name', 'Test room', '--agency', 'Police'],
		{ encoding: 'utf8' },
	)
	const [, login, once] = /login (\S+), one-time password (\S+)/.exec(made) ?? []
	assert.ok(once, made)
	const { ready, stop, log } = serve(data, ['--synthetic-every', '0'])
	try {
		const url = await ready
		const admin = new Caller(url)
		await admin.first(login, once, LASTING)
		return { url, data, stop, log, ...(await fill(url, admin)) }
	} catch (error) {
		await stop()
		throw new Error(`${error.message}\n${log()}`, { cause: error })
	}
}

async function fill(url, admin) {
	const { items } = await admin.get('/agencies')
	const control = items[0].id
	const missions = []
	for (const [n, name] of ['Freedonia', 'Sylvania'].entries()) {
		const agency = await admin.post('/agencies', {
			name: `Mission of ${name}`,
			name_ur: `مشن ${n + 1}`,
			kind: 'mission',
		})
		const site = await admin.post('/sites', {
			agency: agency.id,
			name: `Consulate of ${name}`,
			name_ur: `قونصلیٹ ${n + 1}`,
			class: 'consulate',
			position: PLACES[n],
			address: `${n + 1} Example Road`,
			phones: [{ label: 'guard room', number: `+92 21 0000 100${n}` }],
			challenge_word: 'lantern',
			cancel_code: '482913',
			duress_code: '482914',
		})
		missions.push({ agency: agency.id, site: site.id, name: `Consulate of ${name}` })
	}
	const unit = await admin.post('/units', {
		agency: control,
		callsign: 'K-07',
		kind: 'patrol',
		capabilities: ['armed'],
		crew: 3,
		beat: { lat: 24.825, lon: 67.035 },
	})
	const people = {}
	for (const role of ['dispatcher', 'supervisor', 'responder', 'board', 'oversight']) {
		const account = await admin.post('/accounts', {
			agency: control,
			login: role,
			name: `The ${role}`,
			role,
			...(role === 'responder' && { unit: unit.id }),
		})
		const once = account.one_time_password ?? account.password
		assert.ok(once, `no one-time password in ${JSON.stringify(account)}`)
		const caller = new Caller(url)
		await caller.first(role, once, LASTING)
		people[role] = { login: role, password: LASTING, caller }
	}
	await people.responder.caller.post(`/units/${unit.id}/shift`, { on: true })
	await people.responder.caller.post('/fixes', {
		fixes: [
			{
				unit: unit.id,
				at: new Date().toISOString(),
				position: { lat: 24.823, lon: 67.033, accuracy_m: 8 },
			},
		],
	})
	return {
		admin,
		missions,
		unit,
		people: { ...people, administrator: { login: 'admin', password: LASTING } },
	}
}

/* A browser of its own with a fresh profile; pages that it opens tell what went wrong in
 * them and whom they asked. */
export async function openBrowser() {
	mkdirSync(OUT, { recursive: true })
	const browser = await chromium.launch({
		executablePath: CHROMIUM.startsWith('/') ? CHROMIUM : `/usr/bin/${CHROMIUM}`,
		args: [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			'--use-gl=angle',
			'--use-angle=swiftshader',
			'--enable-unsafe-swiftshader',
		],
	})
	return browser
}

/* `kumak` as an operator runs it on the machine. */
export const kumak = (...args) => execFileSync(KUMAK, args, { encoding: 'utf8' })

/* A person at a screen: a context logged in (or not), one page, its complaints. */
export async function sit(browser, node, { who, language, size = [1600, 900], ...more }) {
	const context = await browser.newContext({
		viewport: { width: size[0], height: size[1] },
		locale: language === 'ur' ? 'ur-PK' : 'en-GB',
		timezoneId: 'Asia/Karachi',
		geolocation: { latitude: 24.8231, longitude: 67.0332, accuracy: 12 },
		permissions: ['geolocation'],
		...more,
	})
	context.setDefaultTimeout(10_000 * SLOW)
	const complaints = []
	const asked = new Set()
	context.on('request', (request) => {
		const { host, protocol } = new URL(request.url())
		if (protocol.startsWith('http') || protocol.startsWith('ws')) asked.add(host)
	})
	if (who) {
		const answer = await context.request.post(`${node.url}/api/v1/session`, {
			data: { login: who.login, password: who.password },
		})
		assert.equal(answer.status(), 200, await answer.text())
	}
	const page = await context.newPage()
	page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
	page.on('console', (message) => {
		if (message.type() === 'error')
			complaints.push(`console: ${message.text()} ${message.location().url}`)
	})
	await page.addInitScript(() => {
		addEventListener('securitypolicyviolation', (e) =>
			console.error(
				`CSP ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`,
			),
		)
	})
	const open = async (path) => {
		const [before, hash] = path.split('#')
		const join = before.includes('?') ? '&' : '?'
		await page.goto(`${node.url}${before}${join}lang=${language}${hash ? `#${hash}` : ''}`)
	}
	return { context, page, open, complaints, asked }
}

/* The first true answer, asked again and again: for what a page does not show. */
export async function until(ask, what, timeout = 10_000 * SLOW) {
	const end = Date.now() + timeout
	for (;;) {
		const got = await ask()
		if (got) return got
		assert.ok(Date.now() < end, `not in ${timeout} ms: ${what}`)
		await new Promise((done) => setTimeout(done, 50))
	}
}

/* What axe finds. The page's policy forbids foreign scripts, so it comes by the
 * debugger's own way. */
export async function axe(page) {
	await page.evaluate(readFileSync(AXE, 'utf8'))
	const found = await page.evaluate(
		(rules) =>
			globalThis.axe.run(document, { runOnly: rules, resultTypes: ['violations'] }),
		RULES,
	)
	return found.violations.map(
		(one) =>
			`${one.id}: ${one.nodes
				.slice(0, 4)
				.map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? n.failureSummary ?? ''}`)
				.join(' | ')}`,
	)
}
