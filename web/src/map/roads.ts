/* SPDX-License-Identifier: Apache-2.0 */
/* Ways of units along the roads, closed streets, and where one unit was. The layers come with
 * their first data: a room without roads has none. */
import type { Geometry } from 'geojson'
import type { Map as GlMap } from 'maplibre-gl'
import type { Id } from '../api/types'
import type { Palette } from './palette'
import { put } from './units'

export interface WayLine {
	unit: Id
	line: readonly [number, number][]
	/* No way around a closed street was found. */
	crosses: boolean
	/* Whose roads they are. */
	attribution: string
}

export interface ClosedShape {
	id: Id
	shape: Geometry
}

const EMPTY = { type: 'FeatureCollection' as const, features: [] }
const BELOW = 'links'

const plain = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

function addWays(map: GlMap, colour: Palette, attribution: string): void {
	map.addSource('ways', {
		type: 'geojson',
		data: EMPTY,
		attribution: plain(attribution),
	})
	const layout = { 'line-cap': 'round', 'line-join': 'round' } as const
	map.addLayer(
		{
			id: 'ways-edge',
			type: 'line',
			source: 'ways',
			layout,
			paint: { 'line-color': colour.edge, 'line-width': 8, 'line-opacity': 0.7 },
		},
		BELOW,
	)
	map.addLayer(
		{
			id: 'ways',
			type: 'line',
			source: 'ways',
			layout,
			paint: {
				'line-color': ['case', ['get', 'crosses'], colour.busy, colour.moving],
				'line-width': 4.5,
			},
		},
		BELOW,
	)
}

export function setWays(map: GlMap, colour: Palette, ways: readonly WayLine[]): void {
	if (!map.getSource('ways')) {
		if (!ways[0]) return
		addWays(map, colour, ways[0].attribution)
	}
	put(
		map,
		'ways',
		ways.map(({ unit, line, crosses }) => ({
			type: 'Feature',
			properties: { unit, crosses },
			geometry: { type: 'LineString', coordinates: [...line] },
		})),
	)
}

function addClosed(map: GlMap, colour: Palette): void {
	map.addSource('closed', { type: 'geojson', data: EMPTY })
	map.addLayer(
		{
			id: 'closed-area',
			type: 'fill',
			source: 'closed',
			filter: ['==', ['geometry-type'], 'Polygon'],
			paint: { 'fill-color': colour.busy, 'fill-opacity': 0.2 },
		},
		BELOW,
	)
	map.addLayer(
		{
			id: 'closed',
			type: 'line',
			source: 'closed',
			paint: {
				'line-color': colour.busy,
				'line-width': 5,
				'line-dasharray': [1.2, 0.6],
			},
		},
		BELOW,
	)
	map.addLayer(
		{
			id: 'closed-points',
			type: 'circle',
			source: 'closed',
			filter: ['==', ['geometry-type'], 'Point'],
			paint: { 'circle-radius': 6, 'circle-color': colour.busy },
		},
		BELOW,
	)
}

export function setClosed(
	map: GlMap,
	colour: Palette,
	shapes: readonly ClosedShape[],
): void {
	if (!map.getSource('closed')) {
		if (shapes.length === 0) return
		addClosed(map, colour)
	}
	put(
		map,
		'closed',
		shapes.map(({ id, shape }) => ({
			type: 'Feature',
			properties: { id },
			geometry: shape,
		})),
	)
}

/* Where somebody asked that a unit was; an empty line takes it away. */
export function setTrack(
	map: GlMap,
	colour: Palette,
	line: readonly [number, number][],
): void {
	if (!map.getSource('track')) {
		if (line.length === 0) return
		map.addSource('track', { type: 'geojson', data: EMPTY })
		const paint = { 'line-color': colour.available, 'line-width': 3 }
		map.addLayer({ id: 'track', type: 'line', source: 'track', paint }, BELOW)
	}
	const geometry = { type: 'LineString' as const, coordinates: [...line] }
	put(map, 'track', [{ type: 'Feature', properties: {}, geometry }])
}
