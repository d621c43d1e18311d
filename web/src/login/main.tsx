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
import { Code, Password, reason } from './parts'
import { SecondFactor } from './totp'
import './login.css'

const PASSWORD_MIN = 10
const ready = signal(false)
const changing = signal<'password' | 'totp' | undefined>(undefined)

function enter(found: Session): void {
	me.value = found
	if (found.must_change_password) return
	const parameters = new URLSearchParams(location.search)
	if (parameters.has('home')) return
	const home = homeOf(found.role, parameters.get('next'))
	if (home) location.replace(home)
}

function Login() {
	const [name, setName] = useState('')
	const [password, setPassword] = useState('')
	const [code, setCode] = useState<string>()
	const [said, setSaid] = useState('')
	const [isBusy, setBusy] = useState(false)
	const field = useRef<HTMLInputElement>(null)
	useEffect(() => field.current?.focus(), [])
	const submit = async (event: Event) => {
		event.preventDefault()
		setBusy(true)
		setSaid('')
		try {
			enter(await login(name.trim(), password, code ?? ''))
		} catch (error) {
			const word = error instanceof ApiError ? error.code : ''
			if (word === 'totp_needed' || word === 'bad_totp') {
				setCode('')
				setSaid(word === 'bad_totp' ? t('totp.wrong') : '')
			} else {
				setSaid(reason(error))
				setPassword('')
				setCode(undefined)
			}
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
				isWrong={said !== '' && code === undefined}
				onInput={setPassword}
			/>
			{code !== undefined && <Code value={code} isWrong={said !== ''} onInput={setCode} />}
			<p class="said" role="alert">
				{said}
			</p>
			<button
				type="submit"
				class="btn main"
				disabled={isBusy || !name || !password || code === ''}
			>
				{t('login.enter')}
			</button>
		</form>
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
			changing.value = undefined
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
				<button type="button" class="btn" onClick={() => (changing.value = undefined)}>
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
			<button type="button" class="btn" onClick={() => (changing.value = 'password')}>
				{t('password.change')}
			</button>
			<button type="button" class="btn" onClick={() => (changing.value = 'totp')}>
				{t(who.totp ? 'totp.take_off' : 'totp.set_up')}
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
				{who && (isForced || changing.value === 'password') && (
					<ChangePassword isForced={isForced} />
				)}
				{who && !isForced && changing.value === 'totp' && (
					<SecondFactor who={who} onDone={() => (changing.value = undefined)} />
				)}
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
