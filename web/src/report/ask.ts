/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for figures: while the server makes other reports, it is asked again. */
import { ApiError, get } from '../api/client'
import type { ResponseTimes } from '../api/types'
import { t } from '../lib/i18n'

const AGAIN_MS = 500
const TRIES = 20

/* Undefined once nobody wants it any more. */
export async function ask(
	query: URLSearchParams,
	isWanted: () => boolean,
): Promise<ResponseTimes | undefined> {
	for (let tries = 0; isWanted(); tries++) {
		try {
			const found = await get<ResponseTimes>(`/reports/response_times?${query}`)
			return isWanted() ? found : undefined
		} catch (error) {
			if (!isWanted()) return undefined
			if (!(error instanceof ApiError) || error.status !== 503 || tries === TRIES)
				throw error
			await new Promise((wake) => setTimeout(wake, AGAIN_MS))
		}
	}
	return undefined
}

export function explain(error: unknown): string {
	if (error instanceof ApiError && error.status === 403) return t('report.forbidden')
	if (error instanceof ApiError && error.status === 0) return t('report.unreachable')
	return error instanceof Error ? error.message : String(error)
}
