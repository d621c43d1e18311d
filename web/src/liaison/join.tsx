/* SPDX-License-Identifier: Apache-2.0 */
/* Joining by the link of an invitation: a name and a password make an account, and its
 * person is in the room. The login name that the node gives is to be kept. */
import { useState } from 'preact/hooks'
import { post, session } from '../api/client'
import type { Session } from '../api/types'
import { language, t } from '../lib/i18n'
import { LanguageSwitch } from '../ui/parts'
import { Input } from './form'
import { refusal } from './say'

const PASSWORD_MIN = 10

export function Join({ code, onJoined }: { code: string; onJoined: () => void }) {
	const [form, setForm] = useState({ name: '', password: '', phone: '' })
	const [said, setSaid] = useState('')
	const [joined, setJoined] = useState<Session>()
	const isReady = form.name.trim() !== '' && form.password.length >= PASSWORD_MIN
	const submit = async (event: Event) => {
		event.preventDefault()
		setSaid('')
		try {
			const phone = form.phone.trim()
			await post('/enrolments/account', {
				code,
				name: form.name.trim(),
				password: form.password,
				language: language.value,
				...(phone && { phone }),
			})
			setJoined(await session())
		} catch (error) {
			setSaid(refusal(error))
		}
	}
	return (
		<main class="liaison join">
			<header class="row">
				<h1 class="grow">{t('join.title')}</h1>
				<LanguageSwitch />
			</header>
			{joined ? (
				<section class="post">
					<p>{t('join.done', { name: joined.agency_name })}</p>
					<p>
						{t('join.login')}{' '}
						<strong>
							<code class="ltr">{joined.login}</code>
						</strong>
					</p>
					<button type="button" class="btn main" onClick={onJoined}>
						{t('join.enter')}
					</button>
				</section>
			) : (
				<form class="post" onSubmit={(e) => void submit(e)}>
					<p class="dim">{t('join.why')}</p>
					<Input
						field={{ name: 'name', label: t('join.name'), need: true }}
						value={form.name}
						onValue={(v) => setForm({ ...form, name: String(v) })}
					/>
					<label class="field">
						<span>{t('join.password')} *</span>
						<input
							class="input ltr"
							type="password"
							autocomplete="new-password"
							required
							minLength={PASSWORD_MIN}
							value={form.password}
							onInput={(e) => setForm({ ...form, password: e.currentTarget.value })}
						/>
						<small class="dim">{t('join.hint', { n: PASSWORD_MIN })}</small>
					</label>
					<label class="field">
						<span>{t('join.phone')}</span>
						<input
							class="input ltr"
							type="tel"
							autocomplete="tel"
							value={form.phone}
							onInput={(e) => setForm({ ...form, phone: e.currentTarget.value })}
						/>
					</label>
					{said && (
						<p class="wrong" role="alert">
							{said}
						</p>
					)}
					<button type="submit" class="btn main" disabled={!isReady}>
						{t('join.join')}
					</button>
				</form>
			)}
		</main>
	)
}
