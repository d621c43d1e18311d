/* SPDX-License-Identifier: Apache-2.0 */
/* The ground: land, borders, the road sketch, names. Its tiles are one file of the node
 * itself. Where that file is missing the ground is plain and everything else still
 * draws. Urdu names are drawn by the browser in Nastaliq (see labels.ts). */

import inter from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url'
import naskh from '@fontsource-variable/noto-naskh-arabic/files/noto-naskh-arabic-arabic-wght-normal.woff2?url'
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { LABEL } from './labels'
import type { Palette } from './palette'

export const FONT = ['Map']
const TILES = '/map/base.pmtiles'
const ATTRIBUTION = '© OpenStreetMap (ODbL) · GeoNames (CC-BY) · roads: schematic'
const absolute = (path: string) => new URL(path, location.href).href

export async function hasBase(): Promise<boolean> {
	try {
		const answer = await fetch(TILES, { headers: { range: 'bytes=0-6' } })
		return answer.ok && (await answer.text()).startsWith('PMTiles')
	} catch {
		return false
	}
}

export function baseStyle(language: string, colour: Palette, withTiles: boolean) {
	const style: StyleSpecification & { 'font-faces': unknown } = {
		version: 8,
		'font-faces': {
			Map: [
				{
					url: absolute(naskh),
					'unicode-range': ['U+0600-06FF', 'U+0750-077F', 'U+FB50-FDFF', 'U+FE70-FEFF'],
				},
				{ url: absolute(inter), 'unicode-range': ['U+0000-024F', 'U+2000-206F'] },
			],
		},
		sources: withTiles
			? {
					base: {
						type: 'vector',
						url: `pmtiles://${absolute(TILES)}`,
						attribution: ATTRIBUTION,
					},
				}
			: {},
		layers: [
			{
				id: 'sea',
				type: 'background',
				paint: { 'background-color': withTiles ? colour.sea : colour.land },
			},
			...(withTiles ? ground(language, colour) : []),
		],
	}
	return style
}

function ground(language: string, colour: Palette): LayerSpecification[] {
	const layer = { source: 'base' } as const
	return [
		{
			...layer,
			id: 'land',
			type: 'fill',
			'source-layer': 'land',
			paint: {
				'fill-color': ['match', ['get', 'a3'], 'PAK', colour.land, colour.abroad],
				'fill-outline-color': colour.coast,
			},
		},
		{
			...layer,
			id: 'coast',
			type: 'line',
			'source-layer': 'land',
			paint: { 'line-color': colour.coast, 'line-width': 1 },
		},
		{
			...layer,
			id: 'admin',
			type: 'line',
			'source-layer': 'admin',
			paint: { 'line-color': colour.border, 'line-width': 1, 'line-dasharray': [4, 3] },
		},
		{
			...layer,
			id: 'road',
			type: 'line',
			'source-layer': 'road',
			layout: { 'line-cap': 'round', 'line-join': 'round' },
			paint: {
				'line-color': colour.road,
				'line-width': [
					'interpolate',
					['linear'],
					['zoom'],
					9,
					['match', ['get', 'rank'], 1, 1.4, 0.6],
					14,
					['match', ['get', 'rank'], 1, 6, 3],
				],
			},
		},
		...names(language, colour, 'area', 13, 10.5),
		...names(language, colour, 'place', 15, 4),
	]
}

function names(
	language: string,
	colour: Palette,
	what: 'area' | 'place',
	size: number,
	minzoom: number,
): LayerSpecification[] {
	const text = what === 'area' ? colour.area : colour.name
	const common = {
		id: what,
		type: 'symbol',
		source: 'base',
		'source-layer': what,
		minzoom,
		...(what === 'place' && { filter: ['>', ['get', 'pop'], 20_000] }),
	}
	const order = what === 'place' ? { 'symbol-sort-key': ['-', 0, ['get', 'pop']] } : {}
	const name = ['coalesce', ['get', language], ['get', 'en']]
	if (language === 'ur')
		return [
			{
				...common,
				layout: {
					...order,
					'icon-image': ['concat', `${LABEL}${size}:${text}:`, name],
					'icon-padding': 6,
				},
			} as unknown as LayerSpecification,
		]
	return [
		{
			...common,
			layout: { ...order, 'text-field': name, 'text-font': FONT, 'text-size': size - 1 },
			paint: { 'text-color': text, 'text-halo-color': colour.halo, 'text-halo-width': 1.5 },
		} as unknown as LayerSpecification,
	]
}
