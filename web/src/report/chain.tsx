/* SPDX-License-Identifier: Apache-2.0 */
/* The chain as who watches the node sees it: its newest head and how old that is, who
 * outside the house holds one, and whether what was kept is still of this history. */
import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError, get } from '../api/client'
import type { Page, Witness } from '../api/types'
import { type Head, headKeeper, KEEP_MS, saveHeads } from '../lib/heads'
import { language, t } from '../lib/i18n'
import { formatWhen, serverNow } from '../lib/time'
import { me } from '../state/session'
import { Age, Bdi } from '../ui/parts'
import { compare, headsOf, type Known, type Outcome, sampleOf } from './kept'
import { headShelf, outcomeShelf } from './shelf'

/* So many are asked about at once; of more the first, the last and some between. */
const COMPARE_MOST = 100
const AGAIN_MS = 60_000

const keeper = headKeeper(headShelf, () => get<Head>('/head'))

async function hashAt(seq: number): Promise<string | undefined> {
	try {
		return (await get<{ hash: string }>(`/head?seq=${seq}`)).hash
	} catch (error) {
		if (error instanceof ApiError && error.status === 404) return undefined
		throw error
	}
}

export function Chain() {
	const newest = useSignal<Head | undefined>(undefined)
	const ways = useSignal<readonly Witness[] | undefined>(undefined)
	const found = useSignal<Outcome | undefined>(undefined)
	const failed = useSignal('')
	const isBusy = useSignal(false)
	const tell = (error: unknown) => {
		failed.value = error instanceof ApiError && error.status ? error.message : t('chain.no')
	}
	const look = async () => {
		try {
			newest.value = await get<Head>('/head')
			failed.value = ''
		} catch (error) {
			tell(error)
		}
		/* Another agency's oversight is not told of the house's own witnesses. */
		if (me.peek()?.is_control)
			ways.value = await get<Page<Witness>>('/witnesses').then(
				(page) => page.items,
				() => undefined,
			)
	}
	const turn = useRef<Promise<void>>(Promise.resolve())
	/* One comparison after the other: what was asked last is what stands there. */
	const hold = (heads: readonly Known[]) => {
		turn.current = turn.current.then(() => holdNow(heads))
		return turn.current
	}
	const holdNow = async (heads: readonly Known[]) => {
		if (heads.length === 0) return
		isBusy.value = true
		try {
			const now = await compare(sampleOf(heads, COMPARE_MOST), hashAt, serverNow())
			found.value = now
			await outcomeShelf.put(now)
		} catch (error) {
			tell(error)
		}
		isBusy.value = false
	}
	useEffect(() => {
		const begin = async () => {
			await keeper.open()
			found.value = await outcomeShelf.get()
			/* What an earlier day kept, before today's head joins it. */
			await hold(keeper.kept.peek())
			await keeper.keep()
		}
		void begin().catch(() => undefined)
		void look()
		const looks = setInterval(() => void look(), AGAIN_MS)
		const keeps = setInterval(() => void keeper.keep(), KEEP_MS)
		return () => {
			clearInterval(looks)
			clearInterval(keeps)
		}
	}, [])
	const age = useComputed(() =>
		newest.value ? (serverNow() - Date.parse(newest.value.at)) / 1000 : undefined,
	)
	const head = newest.value
	const kept = keeper.kept.value
	return (
		<section class="sheet chain" aria-labelledby="chain-title">
			<header class="sheet-head">
				<h2 id="chain-title">{t('chain.title')}</h2>
				<Verdict found={found.value} />
			</header>
			{failed.value && (
				<p class="bad" role="alert">
					{failed.value}
				</p>
			)}
			{head && (
				<>
					<p>
						{t('chain.newest')} <Bdi>{head.seq}</Bdi> ·{' '}
						<Bdi>{formatWhen(head.at, language.value)}</Bdi> · <Age seconds={age.value} />
					</p>
					<p class="mono ltr hash">
						<bdi>{`${head.seq}:${head.hash}`}</bdi>
					</p>
				</>
			)}
			<Holders ways={ways.value} kept={kept} />
			<div class="row wrap no-print">
				<button
					type="button"
					class="btn small"
					disabled={isBusy.value || kept.length === 0}
					onClick={() => void hold(kept)}
				>
					{t('chain.compare')}
				</button>
				<label class="btn small file">
					{t('chain.compare_file')}
					<input
						type="file"
						class="hidden"
						accept=".json,.jsonl,.txt"
						onChange={async (e) => {
							const field = e.currentTarget
							const file = field.files?.[0]
							if (!file) return
							const heads = headsOf(await file.text())
							field.value = ''
							failed.value = heads.length ? '' : t('chain.no_heads')
							await hold(heads)
						}}
					/>
				</label>
				<button
					type="button"
					class="btn small"
					disabled={kept.length === 0}
					onClick={() => saveHeads(kept)}
				>
					{t('chain.save')}
				</button>
				<a class="btn small" href="/verify.html" target="_blank" rel="noopener">
					{t('chain.verify')}
				</a>
			</div>
			<p class="dim">{t('chain.note')}</p>
		</section>
	)
}

function Verdict({ found }: { found: Outcome | undefined }) {
	if (!found) return <span class="chip">{t('chain.never')}</span>
	const { count, first, last, other, missing } = found
	const at = formatWhen(new Date(found.at).toISOString(), language.value)
	if (other.length > 0)
		return (
			<strong class="chip bad" role="alert">
				✗ {t('chain.other', { n: other.slice(0, 3).join(', '), at })}
			</strong>
		)
	if (missing.length > 0)
		return (
			<strong class="chip bad" role="alert">
				✗ {t('chain.missing', { n: missing.slice(0, 3).join(', '), at })}
			</strong>
		)
	return (
		<span class="chip good" role="status">
			✓ {t('chain.good', { count, first, last, at })}
		</span>
	)
}

/* Whoever holds a head outside the house, and how old their newest is. */
function Holders({
	ways,
	kept,
}: {
	ways: readonly Witness[] | undefined
	kept: readonly Head[]
}) {
	const mine = kept.at(-1)
	const ago = (iso: string | undefined) =>
		iso ? (serverNow() - Date.parse(iso)) / 1000 : undefined
	return (
		<div class="scroll" tabIndex={0} role="region" aria-label={t('chain.holders')}>
			<table class="table">
				<thead>
					<tr>
						<th>{t('chain.holder')}</th>
						<th class="num">{t('chain.number')}</th>
						<th>{t('chain.age')}</th>
						<th>{t('chain.state')}</th>
					</tr>
				</thead>
				<tbody>
					<tr>
						<th scope="row">{t('chain.browser', { n: kept.length })}</th>
						<td class="num">
							<bdi>{mine?.seq ?? '–'}</bdi>
						</td>
						<td>{mine ? <Age seconds={ago(mine.at)} /> : '–'}</td>
						<td>{mine ? <span class="chip good">✓ {t('chain.has')}</span> : '–'}</td>
					</tr>
					{ways?.map((way) => (
						<tr key={way.kind}>
							<th scope="row">
								{t(`witness.${way.kind}`)} {way.host && <Bdi>{way.host}</Bdi>}
							</th>
							<td class="num">
								<bdi>{way.seq ?? '–'}</bdi>
							</td>
							<td>{way.at ? <Age seconds={ago(way.at)} /> : '–'}</td>
							<td>
								<WayState way={way} />
							</td>
						</tr>
					))}
				</tbody>
			</table>
			{ways?.length === 0 && <p class="warn-text">{t('chain.nobody')}</p>}
		</div>
	)
}

export function WayState({ way }: { way: Witness }) {
	if (way.wrong) return <span class="chip bad">✗ {t(`witness_wrong.${way.wrong}`)}</span>
	if (way.seq) return <span class="chip good">✓ {t('chain.has')}</span>
	return <span class="chip warn">{t('chain.waits')}</span>
}
