/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for records that are under way, and which answers may still be shown: the
 * newest request for a record, unless an event about that record has come since it was
 * sent. The event's own refetch brings what is true. Pure. */
export class Flights {
	private readonly newest = new Map<string, number>()
	private count = 0

	/* A request goes out; what it returns says whether its answer may be shown. */
	begin(key: string): () => boolean {
		const mine = ++this.count
		this.newest.set(key, mine)
		return () => {
			if (this.newest.get(key) !== mine) return false
			this.newest.delete(key)
			return true
		}
	}

	/* True when there was one under way. */
	overtake(key: string): boolean {
		const isUnderWay = this.newest.has(key)
		if (isUnderWay) this.newest.set(key, ++this.count)
		return isUnderWay
	}
}
