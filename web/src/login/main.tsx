/* SPDX-License-Identifier: Apache-2.0 */
/* The door: who are you, a new password where the old one was for once, then the page
 * of the role. */
import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, changePassword, login, logout, session } from '../api/client'
import type { Session } from '../api/types'
import { language, t, word } from '../lib/i18n'
import { me } from '../state/session'
import { LanguageSwitch } from '../ui/parts'
import { cycleTheme, startPage } from '../ui/start'
import { homeOf, pagesOf } from './home'
import './login.css'

const PASSWORD_MIN = 10
const ready = signal(false)
const changing = signal(false)

function enter(found: Session): void {
	me.value = found
	if (found.must_change_password) return
	const parameters = new URLSearchParams(location.search)
	if (parameters.has('home')) return
	const home = homeOf(found.role, parameters.get('next'))
	if (home) location.replace(home)
}

/* The words for what the server said no to. */
function reason(error: unknown): string {
	if (!(error instanceof ApiError)) return t('error.other')
	if (error.code === 'unreachable') return t('error.unreachable')
	if (error.code === 'too_many_tries') {
		const said = error.problem.retry_after_s ?? /\d+/.exec(error.problem.detail ?? '')?.[0]
		const seconds = Number(said ?? 60)
		return t('error.too_many_tries', { n: seconds })
	}
	if (error.status === 401) return t('error.bad_login')
	return error.problem.detail ?? t('error.other')
}

function Login() {
	const [name, setName] = useState('')
	const [password, setPassword] = useState('')
	const [said, setSaid] = useState('')
	const [isBusy, setBusy] = useState(false)
	const field = useRef<HTMLInputElement>(null)
	useEffect(() => field.current?.focus(), [])
	const submit = async (event: Event) => {
		event.preventDefault()
		setBusy(true)
		setSaid('')
		try {
			enter(await login(name.trim(), password))
		} catch (error) {
			setSaid(reason(error))
			setPassword('')
		} finally {
			setBusy(false)
		}
	}
	return (
		<form onSubmit={(e) => void submit(e)}>
			<label class="field">
				<span>{t('login.name')}</span>
				<input
					ref={field}
					class="input ltr"
					autocomplete="username"
					autocapitalize="none"
					spellcheck={false}
					required
					value={name}
					aria-invalid={said !== ''}
					onInput={(e) => setName(e.currentTarget.value)}
				/>
			</label>
			<Password
				label={t('login.password')}
				autocomplete="current-password"
				value={password}
				isWrong={said !== ''}
				onInput={setPassword}
			/>
			<p class="said" role="alert">
				{said}
			</p>
			<button type="submit" class="btn main" disabled={isBusy || !name || !password}>
				{t('login.enter')}
			</button>
		</form>
	)
}

interface PasswordProps {
	label: string
	autocomplete: string
	value: string
	isWrong: boolean
	hint?: string
	onInput: (value: string) => void
}

function Password({ label, autocomplete, value, isWrong, hint, onInput }: PasswordProps) {
	return (
		<label class="field">
			<span>{label}</span>
			<input
				class="input ltr"
				type="password"
				autocomplete={autocomplete}
				required
				value={value}
				aria-invalid={isWrong}
				onInput={(e) => onInput(e.currentTarget.value)}
			/>
			{hint && <small class="dim">{hint}</small>}
		</label>
	)
}

function ChangePassword({ isForced }: { isForced: boolean }) {
	const [old, setOld] = useState('')
	const [next, setNext] = useState('')
	const [again, setAgain] = useState('')
	const [said, setSaid] = useState<{ where: 'old' | 'next' | 'again'; text: string }>()
	const wrong = (): typeof said => {
		if (next.length < PASSWORD_MIN)
			return { where: 'next', text: t('password.short', { n: PASSWORD_MIN }) }
		if (next === old) return { where: 'next', text: t('password.same') }
		if (next !== again) return { where: 'again', text: t('password.differ') }
		return undefined
	}
	const submit = async (event: Event) => {
		event.preventDefault()
		const found = wrong()
		setSaid(found)
		if (found) return
		try {
			await changePassword(old, next)
			const fresh = await session()
			changing.value = false
			if (fresh) enter({ ...fresh, must_change_password: false })
		} catch (error) {
			const isOld = error instanceof ApiError && [401, 403].includes(error.status)
			setSaid(
				isOld
					? { where: 'old', text: t('password.old_wrong') }
					: { where: 'next', text: reason(error) },
			)
		}
	}
	return (
		<form onSubmit={(e) => void submit(e)}>
			<p>{t(isForced ? 'password.once' : 'password.change')}</p>
			<Password
				label={t('password.old')}
				autocomplete="current-password"
				value={old}
				isWrong={said?.where === 'old'}
				onInput={setOld}
			/>
			<Password
				label={t('password.next')}
				autocomplete="new-password"
				value={next}
				isWrong={said?.where === 'next'}
				hint={t('password.hint', { n: PASSWORD_MIN })}
				onInput={setNext}
			/>
			<Password
				label={t('password.again')}
				autocomplete="new-password"
				value={again}
				isWrong={said?.where === 'again'}
				onInput={setAgain}
			/>
			<p class="said" role="alert">
				{said?.text}
			</p>
			<button type="submit" class="btn main" disabled={!old || !next || !again}>
				{t('password.save')}
			</button>
			{!isForced && (
				<button type="button" class="btn" onClick={() => (changing.value = false)}>
					{t('close_dialog')}
				</button>
			)}
		</form>
	)
}

function Home({ who }: { who: Session }) {
	const leave = async () => {
		await logout().catch(() => undefined)
		me.value = undefined
	}
	return (
		<div class="home">
			<p>
				<strong>
					<bdi>{who.name}</bdi>
				</strong>
				<br />
				<span class="dim">
					{word('role', who.role)} · <bdi>{who.agency_name}</bdi>
				</span>
			</p>
			<nav aria-label={t('home.pages')}>
				{pagesOf(who.role).map((page) => (
					<a key={page} class="btn main" href={`/${page}`}>
						{t(`page.${page}`)}
					</a>
				))}
			</nav>
			<button type="button" class="btn" onClick={() => (changing.value = true)}>
				{t('password.change')}
			</button>
			<button type="button" class="btn" onClick={() => void leave()}>
				{t('home.logout')}
			</button>
		</div>
	)
}

function App() {
	const who = me.value
	const isForced = who?.must_change_password === true
	return (
		<main class="door">
			<header class="row">
				<span class="grow" />
				<LanguageSwitch />
				<button
					type="button"
					class="btn small"
					aria-label={t('theme')}
					onClick={cycleTheme}
				>
					◐
				</button>
			</header>
			<section class="panel">
				<h1>
					<span class="mark" lang="ur" dir="rtl">
						کُمک
					</span>
					{language.value !== 'ur' && <span class="mark-latin">Kumak</span>}
				</h1>
				<p class="dim">{who ? <bdi>{who.node.name}</bdi> : t('login.title')}</p>
				{!ready.value && <p class="dim">{t('loading')}</p>}
				{ready.value && !who && <Login />}
				{who && (isForced || changing.value) && <ChangePassword isForced={isForced} />}
				{who && !isForced && !changing.value && <Home who={who} />}
			</section>
			<p class="foot">
				<a href="/sos">{t('login.sos')}</a>
			</p>
		</main>
	)
}

async function begin(): Promise<void> {
	await startPage(App, {
		ur: () => import('./strings/ur.json'),
		sd: () => import('./strings/sd.json'),
		en: () => import('./strings/en.json'),
		zh: () => import('./strings/zh.json'),
	})
	const found = await session().catch(() => undefined)
	ready.value = true
	if (found) enter(found)
}

void begin()
