/* SPDX-License-Identifier: Apache-2.0 */
/* Administration: the records that the room stands on. Tables and forms are made from
 * nouns.ts; what is special about a noun is in special.tsx. */
import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api/client'
import { matches } from '../lib/fold'
import { addCatalogs, t } from '../lib/i18n'
import { formatClock } from '../lib/time'
import { me, needSession } from '../state/session'
import { Dialog } from '../ui/dialog'
import { LanguageSwitch } from '../ui/parts'
import { cycleTheme, startPage } from '../ui/start'
import { Toasts, toast } from '../ui/toasts'
import { Editor } from './editor'
import type { AnyRecord } from './form'
import { NOUNS, type Noun, type NounName, nounOf } from './nouns'
import { failed, follow, labelOf, link, listOf, load, need, now, save } from './records'
import { accept, Binder, InvitationCard, isClaim, PasswordOnce, revoke } from './special'
import { Table } from './table'
import './admin.css'

type Open =
	| { what: 'edit'; record: AnyRecord | undefined }
	| { what: 'invitation'; made: AnyRecord }
	| { what: 'password'; login: string; password: string }
	| { what: 'bind'; device: AnyRecord }
	| { what: 'reset'; account: AnyRecord; of: 'password' | 'totp' }

/* Setting up comes when it is asked for. */
const late = signal<typeof import('./late') | undefined>(undefined)

async function loadLate(): Promise<void> {
	if (late.peek()) return
	const found = await import('./late')
	await addCatalogs(found.words)
	late.value = found
}

const isSetup = () => location.hash === '#setup'

function SetupPage() {
	const Setup = late.value?.Setup
	useEffect(() => void loadLate(), [])
	return (
		<div class="admin">
			<Top />
			<Tabs present="setup" />
			<main>{Setup ? <Setup /> : <p class="pageload">{t('loading')}</p>}</main>
			<Toasts />
		</div>
	)
}

function App() {
	const [isAtSetup, setAtSetup] = useState(isSetup)
	useEffect(() => {
		const turn = () => setAtSetup(isSetup())
		addEventListener('hashchange', turn)
		return () => removeEventListener('hashchange', turn)
	}, [])
	return isAtSetup ? <SetupPage /> : <Records />
}

function Records() {
	const [noun, setNoun] = useState<Noun>(() => nounOf(location.hash.slice(1)))
	const [query, setQuery] = useState('')
	const [open, setOpen] = useState<Open>()
	const search = useRef<HTMLInputElement>(null)
	const close = () => setOpen(undefined)

	useEffect(() => {
		need('agencies', 'sites', 'units', 'people', 'devices', noun.name)
	}, [noun])
	useEffect(() => {
		const turn = () => setNoun(nounOf(location.hash.slice(1)))
		addEventListener('hashchange', turn)
		return () => removeEventListener('hashchange', turn)
	}, [])
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			const isTyping = (event.target as HTMLElement).closest(
				'input, textarea, select, dialog',
			)
			if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
			if (event.key === '/') search.current?.focus()
			else if (event.key === 'n' && canMake(noun))
				setOpen({ what: 'edit', record: undefined })
			else return
			event.preventDefault()
		}
		addEventListener('keydown', onKey)
		return () => removeEventListener('keydown', onKey)
	}, [noun])

	const rows = (listOf(noun.name) ?? []).filter((record) => found(record, query))
	/* What waits for a decision comes first. */
	if (noun.name === 'devices') rows.sort((a, b) => isPending(b) - isPending(a))
	const onOpen = (record: AnyRecord) => {
		if (noun.name === 'devices') setOpen({ what: 'bind', device: record })
		else if (noun.name !== 'invitations') setOpen({ what: 'edit', record })
	}
	const onSaved = (answer: AnyRecord) => {
		if (typeof answer.qr_svg === 'string') setOpen({ what: 'invitation', made: answer })
		else if (typeof answer.password === 'string')
			setOpen({ what: 'password', login: String(answer.login), password: answer.password })
		else close()
	}
	return (
		<div class="admin">
			<Top />
			<Tabs present={noun.name} />
			<main>
				<div class="row wrap tools">
					<h2>{t(`many.${noun.name}`)}</h2>
					<span class="dim num">{listOf(noun.name) ? rows.length : ''}</span>
					<span class="grow" />
					<input
						ref={search}
						class="input"
						type="search"
						dir="auto"
						aria-label={t('search')}
						placeholder={`${t('search')}  /`}
						value={query}
						onInput={(e) => setQuery(e.currentTarget.value)}
					/>
					{canMake(noun) && (
						<button
							type="button"
							class="btn main"
							onClick={() => setOpen({ what: 'edit', record: undefined })}
						>
							{t(`new.${noun.name}`)} <kbd>N</kbd>
						</button>
					)}
				</div>
				{failed.value !== '' && (
					<p class="wrong" role="alert">
						{t('failed_list')}{' '}
						<button type="button" class="btn small" onClick={() => void load(noun.name)}>
							{t('again')}
						</button>
					</p>
				)}
				<Table
					noun={noun}
					rows={rows}
					onOpen={onOpen}
					{...(ACTED.has(noun.name) && {
						actions: (record: AnyRecord) => (
							<Actions noun={noun.name} record={record} onOpen={setOpen} />
						),
					})}
				/>
			</main>
			{open?.what === 'edit' && (
				<Editor noun={noun} record={open.record} onClose={close} onSaved={onSaved} />
			)}
			{open?.what === 'invitation' && <InvitationCard made={open.made} onClose={close} />}
			{open?.what === 'password' && <PasswordOnce {...open} onClose={close} />}
			{open?.what === 'bind' && <Binder device={open.device} onClose={close} />}
			{open?.what === 'reset' && (
				<Reset account={open.account} of={open.of} onClose={close} onSaved={onSaved} />
			)}
			<Toasts />
		</div>
	)
}

function isPending(device: AnyRecord): number {
	return Number(device.state === 'pending')
}

function found(record: AnyRecord, query: string): boolean {
	if (!query) return true
	const texts = Object.values(record).filter((v): v is string => typeof v === 'string')
	return matches(query, ...texts, labelOf(record.agency), labelOf(record.site))
}

/* Devices announce themselves; they are bound, not made. */
function canMake(noun: Noun): boolean {
	return noun.name !== 'devices'
}

function Top() {
	const isLost = link.value === 'lost'
	return (
		<header class={isLost ? 'strip lost' : 'strip'}>
			<h1 class="clip">
				{t('admin')} · <bdi>{me.value?.node.name}</bdi>
			</h1>
			<span class="grow" />
			{isLost && <span class="chip bad">{t('link.lost')}</span>}
			<a class="who" href="/?home">
				<bdi>{me.value?.name}</bdi>
			</a>
			<LanguageSwitch />
			<button type="button" class="btn small" aria-label={t('theme')} onClick={cycleTheme}>
				◐
			</button>
			<time class="clock">{formatClock(now.value)}</time>
		</header>
	)
}

function Tabs({ present }: { present: NounName | 'setup' }) {
	const pending =
		listOf('devices')?.filter((device) => device.state === 'pending').length ?? 0
	return (
		<nav class="tabs" aria-label={t('records')}>
			{me.value?.is_control && (
				<a href="#setup" aria-current={present === 'setup' ? 'page' : undefined}>
					{t('setup')}
				</a>
			)}
			{NOUNS.filter((noun) => !noun.isControls || me.value?.is_control).map((noun) => (
				<a
					key={noun.name}
					href={`#${noun.name}`}
					aria-current={noun.name === present ? 'page' : undefined}
				>
					{t(`many.${noun.name}`)}
					{noun.name === 'devices' && pending > 0 && (
						<span class="chip warn">{t('device.pending', { n: pending })}</span>
					)}
				</a>
			))}
			<a href="/keep">{t('keep')}</a>
		</nav>
	)
}

const ACTED = new Set<NounName>(['accounts', 'invitations', 'devices'])

interface ActionsProps {
	noun: NounName
	record: AnyRecord
	onOpen: (open: Open) => void
}

function Actions({ noun, record, onOpen }: ActionsProps) {
	const button = (label: string, run: () => void) => (
		<button type="button" class="btn small" onClick={run}>
			{label}
		</button>
	)
	if (noun === 'accounts')
		return (
			<>
				{button(t('password.reset'), () =>
					onOpen({ what: 'reset', account: record, of: 'password' }),
				)}
				{record.totp === true &&
					record.id !== me.value?.account &&
					button(t('totp.reset'), () =>
						onOpen({ what: 'reset', account: record, of: 'totp' }),
					)}
			</>
		)
	if (noun === 'devices')
		return (
			<>
				{isClaim(record) && me.value?.is_control && (
					<button type="button" class="btn small main" onClick={() => void accept(record)}>
						{t('device.accept')}
					</button>
				)}
				{record.state !== 'revoked' &&
					button(t(record.bound_to ? 'device.rebind' : 'device.bind_now'), () =>
						onOpen({ what: 'bind', device: record }),
					)}
				{record.state !== 'revoked' &&
					button(t('device.details'), () => onOpen({ what: 'edit', record }))}
				{record.state !== 'revoked' &&
					button(t('revoke'), () => void revoke('devices', record))}
			</>
		)
	if (record.state === 'revoked' || record.state === 'expired') return null
	return button(
		t(record.state === 'used' ? 'invitation.revoke_button' : 'revoke'),
		() => void revoke('invitations', record),
	)
}

interface ResetProps {
	account: AnyRecord
	of: 'password' | 'totp'
	onClose: () => void
	onSaved: (answer: AnyRecord) => void
}

/* A new one-time password ends what the old one opened, and a lost telephone lets in by
 * the password alone: both are asked for twice. */
const SURE = { password: 'password.reset_sure', totp: 'totp.reset_sure' } as const

function Reset({ account, of, onClose, onSaved }: ResetProps) {
	const run = async () => {
		try {
			const answer = await save('accounts', account.id, { [`reset_${of}`]: true })
			onSaved({ ...account, ...answer })
		} catch (error) {
			toast(error instanceof ApiError ? error.message : t('failed'), 'bad')
		}
	}
	return (
		<Dialog
			title={t(`${of}.reset`)}
			submit={t(`${of}.reset`)}
			danger
			onSubmit={() => void run()}
			onClose={onClose}
		>
			<p>{t(SURE[of], { login: String(account.login) })}</p>
		</Dialog>
	)
}

async function begin(): Promise<void> {
	await startPage(() => (me.value ? <App /> : <p class="pageload">{t('loading')}</p>), {
		ur: () => import('./strings/ur.json'),
		sd: () => import('./strings/sd.json'),
		en: () => import('./strings/en.json'),
		zh: () => import('./strings/zh.json'),
	})
	await needSession()
	await follow()
}

void begin()
