/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain read offline: every event's hash is recomputed from the bytes on
 * the shelf. A head that somebody else kept shows what was cut or rewritten.
 */
#include "journal/journal.h"

#include "base/auto.h"

#include <stdio.h>

static bool
bad(struct chain_walk *w, enum chain_finding finding, uint64_t seq, const char *why)
{
	w->r->finding = finding;
	w->r->bad_seq = seq;
	snprintf(w->r->why, sizeof w->r->why, "event %llu: %s", (unsigned long long)seq,
		 why);
	return false;
}

static bool
check_heads(struct chain_walk *w, uint64_t seq, const uint8_t *hash)
{
	for (; w->n_heads && w->heads->seq <= seq; w->heads++, w->n_heads--)
		if (!crypt_equal(hash, w->heads->hash, STORE_HASH_BYTES))
			return bad(w, CHAIN_REWRITTEN, seq,
				   "is not the one the given head was made for: "
				   "history was rewritten");
	return true;
}

bool
chain_take(struct chain_walk *w, const struct store_event *se)
{
	struct chain_report *r = w->r;
	struct field_error fe;
	struct event e;
	uint8_t hash[32];

	if (se->seq != r->seq + 1)
		return bad(w, CHAIN_DAMAGED, r->seq + 1, "missing");
	event_hash(hash, r->hash, se->doc);
	if (!crypt_equal(hash, se->hash, sizeof hash))
		return bad(w, CHAIN_DAMAGED, se->seq, "does not match its hash");
	if (event_decode(se->doc, NULL, &e, &fe) < 0)
		return bad(w, CHAIN_DAMAGED, se->seq, fe.text);
	event_done(&e);
	if (e.seq != se->seq || e.at < r->at)
		return bad(w, CHAIN_DAMAGED, se->seq, "number or time out of order");
	if (e.at != se->at || e.incident.seq != se->incident)
		return bad(w, CHAIN_DAMAGED, se->seq,
			   "is filed under another time or incident");
	if (!check_heads(w, se->seq, hash))
		return false;
	r->events++;
	r->seq = se->seq;
	r->at = se->at;
	memcpy(r->hash, hash, sizeof hash);
	return true;
}

#define PAGE_EVENTS 4096

static bool
check_one(void *ctx, const struct store_event *se)
{
	return chain_take(ctx, se);
}

void
chain_begin(struct chain_walk *w, const struct chain_head *heads, size_t n_heads,
	    struct chain_report *ret)
{
	*ret = (struct chain_report){ .at = INT64_MIN };
	*w = (struct chain_walk){ ret, heads, n_heads };
}

bool
chain_end(struct chain_walk *w)
{
	return !w->n_heads || bad(w, CHAIN_CUT, w->r->seq + 1,
				  "missing: the tail was cut off before the given "
				  "head");
}

int
chain_verify(struct store *s, const struct chain_head *heads, size_t n_heads,
	     struct chain_report *ret)
{
	struct chain_walk w;
	uint64_t before;

	chain_begin(&w, heads, n_heads, ret);
	do {
		int rc;

		before = ret->seq;
		rc = store_events(s, ret->seq, 0, PAGE_EVENTS, check_one, &w);
		if (rc < 0)
			return rc;
		if (ret->bad_seq)
			return ERR_CORRUPT;
	} while (ret->seq != before);
	return chain_end(&w) ? 0 : ERR_CORRUPT;
}

void
chain_head_text(struct buf *b, const char *node, uint64_t seq, const uint8_t hash[32],
		int64_t at)
{
	buf_printf(b, "kumak head 1\n%s\n%llu\n", node, (unsigned long long)seq);
	crypt_hex(b, hash, 32);
	buf_add_c(b, '\n');
	time_format(b, at);
}
