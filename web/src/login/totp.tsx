/* SPDX-License-Identifier: Apache-2.0 */
/* The second factor of one's own account: the password, the picture for the telephone,
 * a code back; and taking it off with a code. */
import { useState } from 'preact/hooks'
import { ApiError, askTotp, setTotp } from '../api/client'
import type { Session } from '../api/types'
import { t } from '../lib/i18n'
import { me } from '../state/session'
import { Code, Password, reason } from './parts'

interface Asked {
	secret: string
	qr_svg: string
}

interface Props {
	who: Session
	onDone: () => void
}

export function SecondFactor({ who, onDone }: Props) {
	const [password, setPassword] = useState('')
	const [asked, setAsked] = useState<Asked>()
	const [code, setCode] = useState('')
	const [said, setSaid] = useState('')
	const [isBusy, setBusy] = useState(false)
	const wantsCode = who.totp || asked !== undefined

	const submit = async (event: Event) => {
		event.preventDefault()
		setBusy(true)
		setSaid('')
		try {
			if (!wantsCode) {
				setAsked(await askTotp(password))
			} else {
				me.value = await setTotp(who.totp ? 'off' : 'on', code)
				onDone()
			}
		} catch (error) {
			setSaid(words(error))
			setCode('')
		} finally {
			setBusy(false)
		}
	}
	return (
		<form onSubmit={(e) => void submit(e)}>
			<h2>{t('totp.title')}</h2>
			{!wantsCode && <p>{t('totp.why')}</p>}
			{!wantsCode && (
				<Password
					label={t('password.old')}
					autocomplete="current-password"
					value={password}
					isWrong={said !== ''}
					onInput={setPassword}
				/>
			)}
			{asked && <Picture asked={asked} />}
			{who.totp && <p>{t('totp.off_how')}</p>}
			{wantsCode && <Code value={code} isWrong={said !== ''} onInput={setCode} />}
			<p class="said" role="alert">
				{said}
			</p>
			<button
				type="submit"
				class="btn main"
				disabled={isBusy || (wantsCode ? code === '' : password === '')}
			>
				{t(who.totp ? 'totp.take_off' : asked ? 'totp.turn_on' : 'totp.go_on')}
			</button>
			<button type="button" class="btn" onClick={onDone}>
				{t('close_dialog')}
			</button>
		</form>
	)
}

/* The server drew it; as a picture it can run nothing, and no address has the secret. */
function Picture({ asked }: { asked: Asked }) {
	const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(asked.qr_svg)}`
	return (
		<>
			<p>{t('totp.scan')}</p>
			<img class="qr" src={source} alt={t('totp.picture')} />
			<p class="dim">{t('totp.by_hand')}</p>
			<p class="secret ltr">
				<bdi>{asked.secret.replace(/(.{4})(?=.)/g, '$1 ')}</bdi>
			</p>
		</>
	)
}

function words(error: unknown): string {
	const code = error instanceof ApiError ? error.code : ''
	if (code === 'bad_password') return t('password.old_wrong')
	if (code === 'bad_totp') return t('totp.wrong')
	return reason(error)
}
