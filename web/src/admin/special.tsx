/* SPDX-License-Identifier: Apache-2.0 */
/* What the plain form cannot do: the invitation with its picture and its ten minutes, a
 * password that is shown once, a device that is bound with one click, revoking. */
import { useState } from 'preact/hooks'
import { ApiError } from '../api/client'
import { matches } from '../lib/fold'
import { t } from '../lib/i18n'
import { formatCountdown } from '../lib/time'
import { Dialog } from '../ui/dialog'
import { toast } from '../ui/toasts'
import type { AnyRecord } from './form'
import { labelOf, listOf, now, save } from './records'

async function copy(text: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text)
		toast(t('copied'), 'good')
	} catch {
		toast(t('copy_by_hand'))
	}
}

/* The server drew the code; as a picture it can run nothing. */
function picture(svg: string): string {
	return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
}

export function InvitationCard({
	made,
	onClose,
}: {
	made: AnyRecord
	onClose: () => void
}) {
	const { url, code, qr_svg, expires_at, site, agency } = made as unknown as {
		url: string
		code: string
		qr_svg?: string
		expires_at: string
		site?: string
		agency?: string
	}
	const left = (Date.parse(expires_at) - now.value) / 1000
	const isOver = left <= 0
	return (
		<Dialog
			title={t('invitation.for', { site: labelOf(site ?? agency) })}
			onClose={onClose}
		>
			<div class="invitation">
				{qr_svg && !isOver && (
					<img class="qr" src={picture(qr_svg)} alt={t('invitation.qr')} />
				)}
				<div class="form">
					<p>{t('invitation.how')}</p>
					<p class="code ltr">
						<bdi>{code}</bdi>
					</p>
					<p class={isOver ? 'wrong' : ''} role="timer">
						{isOver ? t('invitation.over') : t('invitation.left')}{' '}
						{!isOver && <bdi class="num big">{formatCountdown(left)}</bdi>}
					</p>
					<div class="row wrap">
						<button
							type="button"
							class="btn main"
							data-first
							disabled={isOver}
							onClick={() => void copy(url)}
						>
							{t('invitation.copy')}
						</button>
						<button
							type="button"
							class="btn"
							onClick={() => void revoke('invitations', made).then(onClose)}
						>
							{t('revoke')}
						</button>
					</div>
				</div>
			</div>
		</Dialog>
	)
}

export async function revoke(
	name: 'invitations' | 'devices',
	record: AnyRecord,
): Promise<void> {
	try {
		await save(name, record.id, { state: 'revoked' })
		toast(t('revoked'), 'good')
	} catch (error) {
		toast(error instanceof ApiError ? error.message : t('failed'), 'bad')
	}
}

/* An agency asked for it; the control agency says whether it is theirs. */
export function isClaim(device: AnyRecord): boolean {
	return device.state === 'pending' && device.bound_kind !== undefined
}

export async function accept(device: AnyRecord): Promise<void> {
	try {
		await save('devices', device.id, { state: 'bound' })
		/* another agency's person has no name here */
		const to = device.bound_to ?? device.agency
		toast(t('device.bound_to', { name: labelOf(to) }), 'good')
	} catch (error) {
		toast(error instanceof ApiError ? error.message : t('failed'), 'bad')
	}
}

export function PasswordOnce({
	login,
	password,
	onClose,
}: {
	login: string
	password: string
	onClose: () => void
}) {
	return (
		<Dialog title={t('password.for', { login })} onClose={onClose}>
			<p>{t('password.once')}</p>
			<p class="code ltr">
				<bdi>{password}</bdi>
			</p>
			<button type="button" class="btn main" data-first onClick={() => void copy(password)}>
				{t('password.copy')}
			</button>
		</Dialog>
	)
}

export function Binder({ device, onClose }: { device: AnyRecord; onClose: () => void }) {
	const [query, setQuery] = useState('')
	const [wrong, setWrong] = useState('')
	const all = (['units', 'sites', 'people'] as const).flatMap((kind) =>
		(listOf(kind) ?? [])
			.filter((one) => one.state !== 'left')
			.map((one) => ({ id: one.id, name: one.name, kind })),
	)
	const found = all
		.filter((one) => matches(query, labelOf(one.id), String(one.name ?? ''), one.id))
		.slice(0, 40)
	const bind = async (to: string | null) => {
		try {
			const now = await save('devices', device.id, { bound_to: to })
			if (isClaim(now)) toast(t('device.claimed'))
			else
				toast(to ? t('device.bound_to', { name: labelOf(to) }) : t('device.freed'), 'good')
			onClose()
		} catch (error) {
			setWrong(error instanceof ApiError ? error.message : t('failed'))
		}
	}
	return (
		<Dialog
			title={t('device.bind', { identity: String(device.identity) })}
			onClose={onClose}
		>
			<p class="dim">{t('device.how')}</p>
			<input
				class="input"
				data-first
				type="search"
				dir="auto"
				aria-label={t('search')}
				placeholder={t('search')}
				value={query}
				onInput={(e) => setQuery(e.currentTarget.value)}
			/>
			<ul class="targets">
				{found.map((one) => (
					<li key={one.id}>
						<button type="button" class="btn" onClick={() => void bind(one.id)}>
							<span class="grow">
								<bdi>{labelOf(one.id)}</bdi>
							</span>
							<span class="dim">{t(`one.${one.kind}`)}</span>
						</button>
					</li>
				))}
			</ul>
			{wrong && (
				<p class="wrong" role="alert">
					{wrong}
				</p>
			)}
			{device.bound_to !== undefined && (
				<button type="button" class="btn" onClick={() => void bind(null)}>
					{t('device.free')}
				</button>
			)}
		</Dialog>
	)
}
