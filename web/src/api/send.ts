/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent as it is: files. */
import { ApiError, csrfToken } from './client'

const FILE_MS = 120_000

export async function sendRaw<T>(
	path: string,
	body: Blob | null,
	type = 'application/octet-stream',
): Promise<T> {
	let response: Response
	try {
		response = await fetch(`/api/v1${path}`, {
			method: 'POST',
			headers: { 'content-type': type, 'x-csrf-token': csrfToken() },
			body,
			credentials: 'same-origin',
			signal: AbortSignal.timeout(FILE_MS),
		})
	} catch {
		throw new ApiError({ code: 'unreachable', title: 'unreachable', status: 0 })
	}
	const said = await response.json().catch(() => ({}))
	if (response.ok) return said
	throw new ApiError({
		...said,
		code: said.code ?? `http_${response.status}`,
		title: response.statusText,
		status: response.status,
	})
}
