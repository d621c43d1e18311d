/* SPDX-License-Identifier: Apache-2.0 */
/* Invitations on paper: one page a site, in the language that its people read. The codes
 * are made when the sheets are, and are in no list afterwards. */
import { useState } from 'preact/hooks'
import { ApiError, post } from '../api/client'
import { language, nameOf, t } from '../lib/i18n'
import { formatClockShort, formatDate } from '../lib/time'
import { LanguageSwitch } from '../ui/parts'
import type { AnyRecord } from './form'
import { labelOf, listOf } from './records'

interface Invitation {
	id: string
	site: string
	code: string
	url: string
	qr_svg: string
	expires_at: string
	phones: { emergency?: string; room?: string }
}

const AT_ONCE = 50

export function Sheets({ onClose }: { onClose: () => void }) {
	const used = new Set(
		(listOf('invitations') ?? [])
			.filter((one) => one.state === 'used')
			.map((one) => one.site),
	)
	const sites = (listOf('sites') ?? []).filter((one) => one.disabled !== true)
	const [chosen, setChosen] = useState<ReadonlySet<string>>(
		new Set(
			sites
				.filter((one) => !used.has(one.id))
				.slice(0, AT_ONCE)
				.map((one) => one.id),
		),
	)
	const [made, setMade] = useState<readonly Invitation[]>([])
	const [wrong, setWrong] = useState('')
	const [isBusy, setBusy] = useState(false)
	const make = async () => {
		setBusy(true)
		const list: Invitation[] = []
		try {
			for (const site of chosen) {
				list.push(await post<Invitation>('/invitations', { site }))
				setMade([...list])
			}
		} catch (error) {
			setWrong(error instanceof ApiError ? error.message : t('failed'))
		}
		setBusy(false)
	}
	const toggle = (id: string) => {
		const next = new Set(chosen)
		if (!next.delete(id) && next.size < AT_ONCE) next.add(id)
		setChosen(next)
	}
	return (
		<div class="sheets">
			<div class="row wrap screen-only">
				<h2>{t('sheets.title')}</h2>
				<span class="grow" />
				<LanguageSwitch />
				<button type="button" class="btn" onClick={onClose}>
					{t('sheets.back')}
				</button>
				{made.length === 0 ? (
					<button
						type="button"
						class="btn main"
						disabled={chosen.size === 0 || isBusy}
						onClick={() => void make()}
					>
						{t('sheets.make_n', { n: chosen.size })}
					</button>
				) : (
					<button
						type="button"
						class="btn main"
						disabled={isBusy}
						onClick={() => window.print()}
					>
						{t('sheets.print', { n: made.length })}
					</button>
				)}
			</div>
			<p class="dim screen-only">{t('sheets.how')}</p>
			{wrong && (
				<p class="wrong screen-only" role="alert">
					{wrong}
				</p>
			)}
			{made.length === 0 ? (
				<ul class="choice">
					{sites.map((one) => (
						<li key={one.id}>
							<label class="row">
								<input
									type="checkbox"
									checked={chosen.has(one.id)}
									onChange={() => toggle(one.id)}
								/>
								<bdi>{labelOf(one.id)}</bdi>
							</label>
						</li>
					))}
				</ul>
			) : (
				made.map((one) => <Sheet key={one.id} of={one} />)
			)}
		</div>
	)
}

const STEPS = ['scan', 'allow', 'keep', 'test'] as const

function Sheet({ of }: { of: Invitation }) {
	const site = listOf('sites')?.find((one) => one.id === of.site) as AnyRecord | undefined
	const name = nameOf(site as unknown as { name: string; name_ur?: string })
	return (
		<article class="sheet">
			<header>
				<h2>
					<bdi>{name}</bdi>
				</h2>
				<p>{t('sheet.title')}</p>
			</header>
			<div class="sheet-code">
				<img
					class="qr"
					src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(of.qr_svg)}`}
					alt={t('invitation.qr')}
				/>
				<div>
					<p class="ltr code">
						<bdi>{of.code}</bdi>
					</p>
					<p class="ltr address">
						<bdi>{of.url.split('#')[0]}</bdi>
					</p>
					<p class="until">
						{t('sheet.until')}{' '}
						<bdi class="num">
							{formatDate(Date.parse(of.expires_at), language.value)}{' '}
							{formatClockShort(Date.parse(of.expires_at))}
						</bdi>
					</p>
				</div>
			</div>
			<ol class="sheet-steps">
				{STEPS.map((step) => (
					<li key={step}>
						<Picture of={step} />
						<span>{t(`sheet.${step}`)}</span>
					</li>
				))}
			</ol>
			<footer>
				<p>{t('sheet.phone')}</p>
				<p class="ltr phones">
					<bdi>{[of.phones.emergency, of.phones.room].filter(Boolean).join('  ·  ')}</bdi>
				</p>
				<p class="dim">{t('sheet.secret')}</p>
			</footer>
		</article>
	)
}

/* Line drawings for who does not read: a camera on a code, a bell and a place, a finger
 * on a button, a tick. */
const DRAWINGS: Readonly<Record<(typeof STEPS)[number], string>> = {
	scan: 'M8 4h16v24H8zM12 9h3v3h-3zM17 9h3v3h-3zM12 14h3v3h-3zM18 15h2v2h-2zM14 25h4',
	allow: 'M10 21V14a6 6 0 0 1 12 0v7l2 2H8zM14 26h4M27 6a3 3 0 0 1 0 6M16 5v3',
	keep: 'M6 6h20v20H6zM16 10a6 6 0 1 1 0 12a6 6 0 1 1 0-12M13 16l2 2l4-4',
	test: 'M16 4a12 12 0 1 1 0 24a12 12 0 1 1 0-24M10 16l4 5l8-10',
}

function Picture({ of }: { of: (typeof STEPS)[number] }) {
	return (
		<svg class="drawing" viewBox="0 0 32 32" aria-hidden="true">
			<path d={DRAWINGS[of]} fill="none" stroke="currentColor" stroke-width="1.6" />
		</svg>
	)
}
