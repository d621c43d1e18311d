/* SPDX-License-Identifier: Apache-2.0 */
/* What the forms at the door share: a password, a code, and the words of a refusal. */
import { useEffect, useRef } from 'preact/hooks'
import { ApiError } from '../api/client'
import { fold } from '../lib/fold'
import { t } from '../lib/i18n'

/* The words for what the server said no to. */
export function reason(error: unknown): string {
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

interface PasswordProps {
	label: string
	autocomplete: string
	value: string
	isWrong: boolean
	hint?: string
	onInput: (value: string) => void
}

export function Password({
	label,
	autocomplete,
	value,
	isWrong,
	hint,
	onInput,
}: PasswordProps) {
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

interface CodeProps {
	value: string
	isWrong: boolean
	onInput: (value: string) => void
}

/* Six digits of the telephone, typed in any digits that it has keys for. */
export function Code({ value, isWrong, onInput }: CodeProps) {
	const field = useRef<HTMLInputElement>(null)
	useEffect(() => field.current?.focus(), [])
	return (
		<label class="field">
			<span>{t('totp.code')}</span>
			<input
				ref={field}
				class="input ltr"
				inputMode="numeric"
				autocomplete="one-time-code"
				maxLength={7}
				required
				value={value}
				aria-invalid={isWrong}
				onInput={(e) => onInput(fold(e.currentTarget.value))}
			/>
			<small class="dim">{t('totp.hint')}</small>
		</label>
	)
}
