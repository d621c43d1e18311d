/* SPDX-License-Identifier: Apache-2.0 */
/* Small pictures for who does not read, drawn for this page on a grid of 24. They stand
 * beside words and are never alone, so they are hidden from screen readers. */
import type { JSX } from 'preact'

const DRAWN: Readonly<Record<string, JSX.Element>> = {
	attack: <path d="M3 9h12l1-2h2v2h3v3h-5l-2 1h-3l-2 5H5l2-6H3zM12 13l-1 2h1.5l1-2z" />,
	intrusion: (
		<path d="M4 3h11v18H4zM6 5v14h7V5zM10.5 12a1 1 0 1 1 2 0 1 1 0 0 1-2 0M16 11h4l-1.6-1.6L19.8 8 24 12l-4.2 4-1.4-1.4L20 13h-4z" />
	),
	threat: (
		<path d="M3 4h18v13H12l-5 4v-4H3zM11 6.5v5h2v-5zM11 13v2h2v-2z" fill-rule="evenodd" />
	),
	medical: <path d="M9 3h6v6h6v6h-6v6H9v-6H3V9h6z" />,
	fire: (
		<path
			d="M12 2c1 4 6 6 6 12a6 6 0 0 1-12 0c0-3 1.5-4.5 3-6 0 2 .5 3 1.5 3.5C10.5 8.5 11 5 12 2m0 18a2.5 2.5 0 0 0 2.5-2.7c0-1.8-1.5-2.8-2.5-4.3-1 1.5-2.5 2.5-2.5 4.3A2.5 2.5 0 0 0 12 20"
			fill-rule="evenodd"
		/>
	),
	traffic: (
		<path
			d="M5 6h11l3 6h2v5h-2a2.5 2.5 0 0 1-5 0H9a2.5 2.5 0 0 1-5 0H2v-5zM7 8l-1.5 4h11L14.6 8z"
			fill-rule="evenodd"
		/>
	),
	p_silent: (
		<path d="M4 9v6h4l5 4V5L8 9zM15.5 9.5l1.4-1.4L19 10.2l2.1-2.1 1.4 1.4-2.1 2.1 2.1 2.1-1.4 1.4L19 13l-2.1 2.1-1.4-1.4 2.1-2.1z" />
	),
	p_hiding: (
		<path
			d="M12 5c5 0 9 4 10.5 7-1.5 3-5.5 7-10.5 7S3 15 1.5 12C3 9 7 5 12 5m0 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8M3.5 2.1 21.9 20.5l-1.4 1.4L2.1 3.5z"
			fill-rule="evenodd"
		/>
	),
	p_armed: <path d="M2 8h16V6h2v2h2v4h-6l-1.5 2H11l-2 5H4l2-7H2z" />,
	p_injured: (
		<path
			d="M12 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6M7 9h10v6h-2v7h-6v-7H7zm4 1.5v1.5H9.5v2H11V15.5h2V14h1.5v-2H13v-1.5z"
			fill-rule="evenodd"
		/>
	),
	p_safe: (
		<path
			d="M12 2 20 5v6c0 5-3.5 9-8 11-4.5-2-8-6-8-11V5zM10.8 15.8l6-6-1.4-1.4-4.6 4.6-2.2-2.2-1.4 1.4z"
			fill-rule="evenodd"
		/>
	),
	p_quiet: (
		<path
			d="M12 3a6 6 0 0 1 6 6v4l2 3v1H7.8zM5.7 9 15 18.3 14 20h-4v-1H4v-1l2-3V9.5zM3.5 2.1 21.9 20.5l-1.4 1.4L2.1 3.5z"
			fill-rule="evenodd"
		/>
	),
	phone: (
		<path d="M6.5 2 10 7 8 9.5c1.2 2.6 3.5 5 6.5 6.5l2.5-2 5 3.5-1.5 4C10 22 2 14 2.5 3.5z" />
	),
	sms: <path d="M3 4h18v13H10l-5 4v-4H3zM7 8v2h10V8zM7 12v2h7v-2z" fill-rule="evenodd" />,
	done: <path d="m9.5 18.5-6-6 2-2 4 4 9-9 2 2z" />,
	yet: (
		<path
			d="M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16m0 2a6 6 0 1 0 0 12 6 6 0 0 0 0-12"
			fill-rule="evenodd"
		/>
	),
}

export function Pictogram({ name }: { name: string }) {
	return (
		<svg class="pictogram" viewBox="0 0 24 24" aria-hidden="true" fill="currentColor">
			{DRAWN[name]}
		</svg>
	)
}
