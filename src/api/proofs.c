/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs: the signed head of the chain, its hash at any number that somebody holds a
 * head of, and how far the witnesses got. They tell nothing of anybody.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/crypt.h"
#include "base/qr.h"

/* What this node has there now, to be laid beside a head that was kept elsewhere. A
 * node that lies here does not get past kumak-verify. */
static void
answer_hash(struct call *c, uint64_t seq)
{
	uint8_t hash[STORE_HASH_BYTES];

	if (journal_hash(c->api->cfg.journal, seq, hash) < 0) {
		answer_problem(c, 404, "no_such_event", "the journal ends before it");
		return;
	}
	jw_open(&c->out, '{');
	jw_ki64(&c->out, "seq", (int64_t)seq);
	jw_key(&c->out, "hash");
	buf_add_c(&c->out, '"');
	crypt_hex(&c->out, hash, sizeof hash);
	buf_add_c(&c->out, '"');
	jw_close(&c->out, '}');
	answer(c, 200);
}

void
head_get(struct call *c)
{
	struct buf AUTO(buf_done) paper = { 0 }, svg = { 0 };
	int64_t seq = 0;

	if (http_query(c->req, "seq").n) {
		if (query_number(c, "seq", 1, INT64_MAX, &seq))
			answer_hash(c, (uint64_t)seq);
		return;
	}
	journal_head(c->api->cfg.journal, &c->out);
	if (http_query(c->req, "paper").n) { /* to be read off a sheet again */
		journal_head_paper(c->api->cfg.journal, &paper);
		qr_svg(&svg, paper.p);
		c->out.n--; /* inside the object */
		jw_kstr(&c->out, "paper", buf_span(&paper));
		jw_kstr(&c->out, "qr_svg", buf_span(&svg));
		jw_close(&c->out, '}');
	}
	answer(c, 200);
}

/* Those who answer for the node, and who watches it. */
static bool
may_see_witnesses(const struct principal *p)
{
	return principal_is_supervisor_up(p) ||
	       (p->is_control &&
		(p->role == ROLE_OVERSIGHT || principal_is_administrator(p)));
}

void
witnesses_get(struct call *c)
{
	struct witness_way ways[2];
	size_t n = witness_ways(c->api->cfg.witness, ways);

	if (!may_see_witnesses(c->who)) {
		answer_problem(c, 403, "needs_supervisor",
			       "only a supervisor, an administrator or oversight of "
			       "the control agency may see this");
		return;
	}
	jw_open(&c->out, '{');
	jw_key(&c->out, "items");
	jw_open(&c->out, '[');
	for (size_t k = 0; k < n; k++) {
		jw_open(&c->out, '{');
		jw_kz(&c->out, "kind", ways[k].kind);
		if (ways[k].host.n)
			jw_kstr(&c->out, "host", ways[k].host);
		if (ways[k].seq) {
			jw_ki64(&c->out, "seq", (int64_t)ways[k].seq);
			jw_ktime(&c->out, "at", ways[k].at);
		}
		if (ways[k].wrong) {
			jw_kz(&c->out, "wrong", ways[k].wrong);
			jw_ktime(&c->out, "wrong_at", ways[k].wrong_at);
		}
		jw_close(&c->out, '}');
	}
	jw_close(&c->out, ']');
	jw_close(&c->out, '}');
	answer(c, 200);
}
