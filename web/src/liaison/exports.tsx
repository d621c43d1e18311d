/* SPDX-License-Identifier: Apache-2.0 */
/* One file that two people let leave: who asked, what for, who decided, its hash. */
import { useState } from 'preact/hooks'
import { post } from '../api/client'
import type { Id } from '../api/types'
import { t } from '../lib/i18n'
import { me } from '../state/session'
import { Ask } from './ask'
import { When } from './parts'
import { Do } from './place'
import { refetch } from './state'
import type { Export } from './types'

const EXPORT_TONE = { asked: 'warn', approved: 'good', refused: '' } as const

export function OneExport({ one }: { one: Export }) {
	const [deciding, setDeciding] = useState<boolean>()
	const account: Id | undefined = me.value?.account
	/* its owner sees it, and settles nothing */
	const isOurs = one.agency === me.value?.agency
	const mayFetch = account === one.asked_by || account === one.decided_by
	return (
		<li class="finding" data-export={one.id}>
			<p class="row wrap">
				<span class={`chip ${EXPORT_TONE[one.state]}`}>
					{t(`export_state.${one.state}`)}
				</span>
				{one.since && (
					<>
						<When at={one.since} /> – <When at={one.until} />
					</>
				)}
				<span class="grow" />
				{(one.opened ?? 0) > 0 && (
					<span class="dim">{t('export.fetched', { n: one.opened ?? 0 })}</span>
				)}
			</p>
			<p>
				<bdi>{one.asked_name}</bdi>: <bdi>{one.reason}</bdi>
			</p>
			{one.decided_name && (
				<p class="dim">
					<bdi>{one.decided_name}</bdi>: <bdi>{one.decision}</bdi>
				</p>
			)}
			{one.hash && <bdi class="dim ltr clip">{one.hash}</bdi>}
			<p class="row wrap doings">
				{one.state === 'asked' && isOurs && account !== one.asked_by && (
					<>
						<Do label={t('export.approve')} tone="main" run={() => setDeciding(true)} />
						<Do label={t('export.refuse')} run={() => setDeciding(false)} />
					</>
				)}
				{one.state === 'asked' && account === one.asked_by && (
					<span class="dim">{t('export.waits')}</span>
				)}
				{one.state === 'approved' && mayFetch && (
					<a class="btn small" href={`/api/v1/exports/${one.id}/content`} download>
						{t('export.fetch')}
					</a>
				)}
			</p>
			{deciding !== undefined && (
				<Ask
					title={t(deciding ? 'export.approve' : 'export.refuse')}
					submit={t(deciding ? 'export.approve' : 'export.refuse')}
					danger={!deciding}
					fields={[{ name: 'reason', label: t('f.reason'), need: true }]}
					onSend={async (body) => {
						await post(`/exports/${one.id}/decision`, { ...body, approve: deciding })
						refetch('exports')
					}}
					onClose={() => setDeciding(undefined)}
				/>
			)}
		</li>
	)
}
