/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills a node's folder with closed incidents of a year, through the same commands,
 * journal and store as a running node and faster than the year passes.
 *   history DIR INCIDENTS FROM_MS TO_MS
 */
#include "base/auto.h"
#include "journal/journal.h"

#include <stdio.h>
#include <stdlib.h>

#define A_BATCH 100 /* incidents of one commit */

static int64_t wall;

static int64_t
now(void *ctx)
{
	(void)ctx;
	return wall;
}

static uint64_t
dice(uint64_t n)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x % n;
}

static const char *const kinds[] = { "fire",    "intrusion", "medical", "accident",
				     "threat",  "theft",     "crowd",   "suspicious",
				     "traffic", "bomb" };
static const char *const parts[] = { "دھ", "وا", "گی", "ٹ",  "پر", "آگ", "سا", "ری",
				     "نو", "کا", "ma", "li", "ra", "ko", "ta", "shi" };

/* One of 4,096 words of three parts; small numbers are common, as in speech. */
static void
add_word(struct buf *b)
{
	uint64_t w = dice(2) ? dice(64) : dice(4096);

	buf_printf(b, "%s%s%s ", parts[w % 16], parts[w / 16 % 16], parts[w / 256]);
}

static void
stop(const char *why)
{
	fprintf(stderr, "history: %s\n", why);
	exit(1);
}

static void
who(struct model *m, enum role role, struct principal *ret)
{
	void *v;

	for (size_t k = 0; map_next(&m->tables[NOUN_ACCOUNT], &k, NULL, &v);)
		if (((struct account *)v)->role == (int)role &&
		    id_is(((struct account *)v)->agency, m->node->control)) {
			principal_of_account(m, v, ret);
			return;
		}
	stop("no such account in that folder");
}

static void
one(struct journal *j, const struct principal *by, const struct principal *boss,
    const struct id *sites, size_t n_sites, int64_t k)
{
	struct buf AUTO(buf_done) words = { 0 }, phone = { 0 }, name = { 0 };
	struct call_args a = { .kind = span_of(kinds[dice(ARRAY_LEN(kinds))]),
			       .priority = dice(10) ? PRIORITY_P3 : PRIORITY_P2 };
	struct id id;

	for (int n = 6; n; n--)
		add_word(&words);
	buf_printf(&phone, "+92300%07lld", (long long)k);
	add_word(&name);
	a.message = buf_span(&words);
	a.phone = buf_span(&phone);
	a.name = buf_span(&name);
	a.site = sites[dice(n_sites)];
	if (incident_open_call(journal_begin(j, by), &a, &id) < 0)
		stop("a call was refused");
	if (incident_close(journal_begin(j, boss), id,
			   dice(8) ? DISP_HANDLED : DISP_FALSE_ALARM,
			   buf_span(&words)) < 0)
		stop("closing was refused");
}

int
main(int argc, char **argv)
{
	static const struct clock clock = { now, now, NULL };
	struct journal_config jc = { .clock = &clock, .on_failure = stop };
	struct buf why = { 0 };
	struct principal by, boss;
	struct id sites[256];
	struct journal *j;
	size_t n_sites = 0;
	int64_t n, from, to;
	void *v;

	if (argc != 5 || crypt_start() < 0)
		stop("DIR INCIDENTS FROM_MS TO_MS");
	n = atoll(argv[2]);
	wall = from = atoll(argv[3]);
	to = atoll(argv[4]);
	jc.dir = argv[1];
	if (store_open(jc.dir, STORE_WRITE, &jc.store, &jc.info, &why) < 0 ||
	    journal_open(&jc, &j, &why) < 0)
		stop(why.p);
	who(journal_model(j), ROLE_DISPATCHER, &by);
	who(journal_model(j), ROLE_SUPERVISOR, &boss);
	for (size_t k = 0;
	     n_sites < ARRAY_LEN(sites) &&
	     map_next(&journal_model(j)->tables[NOUN_SITE], &k, NULL, &v);)
		if (((struct site *)v)->r.world == WORLD_LIVE)
			sites[n_sites++] = ((struct site *)v)->r.id;
	for (int64_t k = 0; k < n; k++) {
		wall = from + (int64_t)((double)(to - from) * (double)k / (double)n);
		one(j, &by, &boss, sites, n_sites, k);
		if (k % A_BATCH == A_BATCH - 1)
			journal_turn_end(j);
	}
	journal_close(j);
	store_close(jc.store);
	return 0;
}
