/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of the map. The base keeps about a third of the contrast of what moves on it. */
export interface Palette {
	sea: string
	land: string
	abroad: string
	coast: string
	border: string
	road: string
	name: string
	area: string
	halo: string
	text: string
	p1: string
	p2: string
	p3: string
	available: string
	busy: string
	moving: string
	off: string
	edge: string
	site: string
	focus: string
}

const dark: Palette = {
	sea: '#0b1622',
	land: '#18212b',
	abroad: '#121920',
	coast: '#2f4a60',
	border: '#3d5061',
	road: '#293644',
	name: '#b4c1cd',
	area: '#75899b',
	halo: '#0b1622',
	text: '#ffffff',
	p1: '#ff6b61',
	p2: '#ffb000',
	p3: '#5ec8ff',
	available: '#39d98a',
	busy: '#ffb000',
	moving: '#5ec8ff',
	off: '#8893a0',
	edge: '#05090d',
	site: '#8f7fd6',
	focus: '#ffffff',
}

const night: Palette = {
	...dark,
	sea: '#060b10',
	land: '#0c1218',
	abroad: '#090e13',
	coast: '#1b2c3a',
	border: '#22303c',
	road: '#161f28',
	name: '#7f8c98',
	area: '#566573',
	halo: '#060b10',
	p1: '#e8584f',
	p2: '#c98b00',
	p3: '#4aa3d1',
	available: '#2ca86b',
	busy: '#c98b00',
	moving: '#4aa3d1',
}

const light: Palette = {
	sea: '#d3e2ee',
	land: '#f4f4f0',
	abroad: '#e8e8e4',
	coast: '#9db3c4',
	border: '#b3b9bf',
	road: '#dcdcd4',
	name: '#3c4956',
	area: '#6b7783',
	halo: '#f4f4f0',
	text: '#16202a',
	p1: '#b81f17',
	p2: '#9a6400',
	p3: '#005a8e',
	available: '#0a7a44',
	busy: '#9a6400',
	moving: '#005a8e',
	off: '#6a7580',
	edge: '#ffffff',
	site: '#5b3fa8',
	focus: '#000000',
}

export function paletteOf(theme: string | undefined): Palette {
	return theme === 'light' ? light : theme === 'night' ? night : dark
}
