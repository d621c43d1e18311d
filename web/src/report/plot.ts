/* SPDX-License-Identifier: Apache-2.0 */
/* The plot of the alarm rate: bars of ten minutes, the long-run target of one, the
 * flood mark of ten. Loaded late. */
import uPlot from 'uplot'
import { formatClockShort } from '../lib/time'
import 'uplot/dist/uPlot.min.css'

interface Words {
	alarms: string
	target: string
	flood: string
	time: string
}

const TARGET = 1
const FLOOD = 10
const HEIGHT = 220

const hour = (seconds: number) => formatClockShort(seconds * 1000)

export function plotRate(
	place: HTMLElement,
	data: { at: number[]; n: number[] },
	words: Words,
): () => void {
	const style = getComputedStyle(document.documentElement)
	const colour = (name: string) => style.getPropertyValue(name).trim()
	const axis = {
		stroke: colour('--dim'),
		grid: { stroke: colour('--line'), width: 1 },
		ticks: { stroke: colour('--line'), width: 1 },
	}
	const flat = (value: number) => data.at.map(() => value)
	const plot = new uPlot(
		{
			width: place.clientWidth,
			height: HEIGHT,
			tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Asia/Karachi'),
			cursor: { show: false },
			legend: { show: true, live: false },
			scales: { y: { range: (_plot, _low, high) => [0, Math.max(FLOOD + 2, high + 1)] } },
			axes: [
				{ ...axis, values: (_plot, at) => at.map(hour) },
				{ ...axis, size: 40 },
			],
			series: [
				{ label: words.time },
				{
					label: words.alarms,
					stroke: colour('--p3'),
					fill: `${colour('--p3')}55`,
					paths: uPlot.paths.bars?.({ size: [0.8, 24] }),
					points: { show: false },
				},
				{ label: words.target, stroke: colour('--ok'), width: 2, points: { show: false } },
				{
					label: words.flood,
					stroke: colour('--p2'),
					width: 2,
					dash: [6, 4],
					points: { show: false },
				},
			],
		},
		[data.at, data.n, flat(TARGET), flat(FLOOD)],
		place,
	)
	const watch = new ResizeObserver(() =>
		plot.setSize({ width: place.clientWidth, height: HEIGHT }),
	)
	watch.observe(place)
	return () => {
		watch.disconnect()
		plot.destroy()
	}
}
