/* SPDX-License-Identifier: Apache-2.0 */
/* Protected sites: small and quiet until one is near enough to matter. */
import type { ExpressionSpecification, Map as GlMap } from 'maplibre-gl'
import type { Id, Site } from '../api/types'
import { FONT } from './base'
import { LABEL } from './labels'
import type { Palette } from './palette'
import { put } from './units'

/* An incident's ring must not hide the name of where it is, nor a neighbour's name. */
const ALARMED: ExpressionSpecification = ['get', 'alarmed']

export function addSiteLayers(map: GlMap, colour: Palette, language: string): void {
	map.addSource('sites', {
		type: 'geojson',
		data: { type: 'FeatureCollection', features: [] },
	})
	map.addLayer({
		id: 'sites',
		type: 'circle',
		source: 'sites',
		minzoom: 9,
		paint: {
			'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 2, 14, 5],
			'circle-color': colour.site,
			'circle-stroke-color': colour.edge,
			'circle-stroke-width': 1,
		},
	})
	const nastaliq = language === 'ur'
	map.addLayer({
		id: 'site-names',
		type: 'symbol',
		source: 'sites',
		minzoom: 12,
		layout: nastaliq
			? {
					'icon-image': ['concat', `${LABEL}12:${colour.name}:`, ['get', 'name']],
					'symbol-sort-key': ['case', ALARMED, 0, 1],
					'icon-anchor': 'bottom',
					'icon-offset': ['case', ALARMED, ['literal', [0, -28]], ['literal', [0, 0]]],
				}
			: {
					'text-field': ['get', 'name'],
					'text-font': FONT,
					'text-size': 11,
					'symbol-sort-key': ['case', ALARMED, 0, 1],
					'text-anchor': 'bottom',
					'text-offset': ['case', ALARMED, ['literal', [0, -2.5]], ['literal', [0, -0.5]]],
				},
		paint: nastaliq
			? {}
			: {
					'text-color': colour.name,
					'text-halo-color': colour.halo,
					'text-halo-width': 1.2,
				},
	})
}

export function setSites(
	map: GlMap,
	sites: ReadonlyMap<Id, Site>,
	alarmed: ReadonlySet<Id | undefined>,
	nameOf: (site: Site) => string,
): void {
	put(
		map,
		'sites',
		[...sites.values()].map((site) => ({
			type: 'Feature' as const,
			geometry: {
				type: 'Point' as const,
				coordinates: [site.position.lon, site.position.lat],
			},
			properties: { id: site.id, name: nameOf(site), alarmed: alarmed.has(site.id) },
		})),
	)
}
