/* SPDX-License-Identifier: Apache-2.0 */
/* What the places but talk share: a list with its heading, one record beside it, and
 * whom or what a form may name. */
import type { ComponentChildren } from 'preact'
import { nameOf, t } from '../lib/i18n'
import { me } from '../state/session'
import type { Option } from './form'
import { agencyOf, directory, route } from './state'

interface Props {
	title: string
	tools?: ComponentChildren
	children: ComponentChildren
	side?: ComponentChildren
}

export function PlacePane({ title, tools, children, side }: Props) {
	return (
		<div class={`cols two ${route.value.id && side ? 'at-side' : 'at-middle'}`}>
			<section class="stream" aria-label={title}>
				<header class="row wrap">
					<h2 class="grow">{title}</h2>
					{tools}
				</header>
				<div class="posts">{children}</div>
			</section>
			{side}
		</div>
	)
}

export const agencyOptions = (isOwnToo = false): Option[] =>
	[...directory.value.agencies.values()]
		.filter((one) => isOwnToo || one.id !== me.value?.agency)
		.map((one) => ({ id: one.id, label: nameOf(one) }))

export const peopleOptions = (): Option[] =>
	[...directory.value.people.values()].map((one) => ({
		id: one.account,
		label: `${one.name} · ${nameOf(agencyOf(one.agency))}`,
	}))

export function personName(account: string): string {
	if (account === me.value?.account) return me.value.name
	return directory.value.people.get(account)?.name ?? t('somebody')
}

export function Do({
	label,
	run,
	tone,
}: {
	label: string
	run: () => void
	tone?: string
}) {
	return (
		<button type="button" class={`btn ${tone ?? 'small'}`} onClick={run}>
			{label}
		</button>
	)
}
