/* SPDX-License-Identifier: Apache-2.0 */
/* A person is asked into the room of an agency: a link that works once. */
import { useState } from 'preact/hooks'
import { post } from '../api/client'
import { t } from '../lib/i18n'
import { Dialog } from '../ui/dialog'
import { Ask } from './ask'
import { agencyOptions, Do } from './place'

interface Made {
	url: string
	qr_svg?: string
}

export function Invite() {
	const [isAsking, setAsking] = useState(false)
	const [made, setMade] = useState<Made>()
	return (
		<>
			<Do label={t('invite.title')} run={() => setAsking(true)} />
			{isAsking && (
				<Ask
					title={t('invite.title')}
					submit={t('invite.title')}
					fields={[
						{
							name: 'agency',
							label: t('f.agency'),
							is: 'choice',
							need: true,
							options: agencyOptions(true),
						},
						{ name: 'label', label: t('f.label') },
					]}
					onSend={async (body) =>
						setMade(await post<Made>('/invitations', { ...body, role: 'liaison' }))
					}
					onClose={() => setAsking(false)}
				/>
			)}
			{made && (
				<Dialog title={t('invite.title')} onClose={() => setMade(undefined)}>
					<p>{t('invite.how')}</p>
					{made.qr_svg && (
						<img
							class="qr"
							alt={t('invite.picture')}
							src={`data:image/svg+xml,${encodeURIComponent(made.qr_svg)}`}
						/>
					)}
					<code class="ltr secret">{made.url}</code>
				</Dialog>
			)}
		</>
	)
}
