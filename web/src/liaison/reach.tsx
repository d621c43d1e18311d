/* SPDX-License-Identifier: Apache-2.0 */
/* To which sites a broadcast goes: all, those of a class, those within a circle or a ring
 * of places. It is settled by the node when it is sent; its owners do not see one another. */
import { parsePlace } from '../lib/geo'
import { t } from '../lib/i18n'
import { isWrong, polygonOf, ringOf } from './area'
import { type Field, Input, wordsOf } from './form'

export interface ReachForm {
	reach: '' | 'all' | 'class' | 'circle' | 'polygon'
	site_class: string
	centre: string
	radius_km: string
	ring: string
}

const CLASSES = ['consulate', 'residence', 'project', 'camp', 'other']

/* What goes on the wire, or what is wrong with what was typed. */
export function broadcastOf(form: ReachForm): { broadcast?: object; wrong?: string } {
	if (form.reach === '') return {}
	if (form.reach === 'all') return { broadcast: { all: true } }
	if (form.reach === 'class') return { broadcast: { class: form.site_class } }
	const only = form.site_class && { class: form.site_class }
	if (form.reach === 'circle') {
		const place = parsePlace(form.centre)
		const km = Number(form.radius_km)
		if (!place) return { wrong: t('area.no_place', { n: 1 }) }
		if (!(km > 0 && km <= 1000)) return { wrong: t('area.no_radius') }
		const circle = { ...place, radius_m: Math.round(km * 1000) }
		return { broadcast: { ...only, area: { circle } } }
	}
	const found = polygonOf(form.ring)
	if (isWrong(found))
		return {
			wrong: found.line ? t('area.no_place', { n: found.line }) : t('area.too_few'),
		}
	return { broadcast: { ...only, area: { polygon: ringOf(found).slice(0, -1) } } }
}

interface Props {
	form: ReachForm
	set: (change: Partial<ReachForm>) => void
}

export function Reach({ form, set }: Props) {
	const input = (field: Field & { name: keyof ReachForm }) => (
		<Input
			key={field.name}
			field={field}
			value={form[field.name]}
			onValue={(value) => set({ [field.name]: value })}
		/>
	)
	const isArea = form.reach === 'circle' || form.reach === 'polygon'
	const { wrong } = broadcastOf(form)
	return (
		<>
			{input({
				name: 'reach',
				label: t('f.reach'),
				is: 'choice',
				options: wordsOf('reach', ['all', 'class', 'circle', 'polygon']),
			})}
			{form.reach === 'circle' && (
				<>
					{input({
						name: 'centre',
						label: t('area.centre'),
						need: true,
						hint: t('area.place_hint'),
					})}
					{input({
						name: 'radius_km',
						label: t('area.radius_km'),
						is: 'number',
						need: true,
					})}
				</>
			)}
			{form.reach === 'polygon' &&
				input({
					name: 'ring',
					label: t('area.ring'),
					is: 'text',
					need: true,
					hint: t('area.ring_hint'),
				})}
			{(form.reach === 'class' || isArea) &&
				input({
					name: 'site_class',
					label: t('f.site_class'),
					is: 'choice',
					need: form.reach === 'class',
					options: wordsOf('site_class', CLASSES),
				})}
			{wrong && (
				<p class="wrong" role="alert">
					{wrong}
				</p>
			)}
		</>
	)
}
