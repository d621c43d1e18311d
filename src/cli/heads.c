/* SPDX-License-Identifier: Apache-2.0 */
/* Heads that somebody kept, as files and as words; a signature that is there is
 * checked. */
#include "cli/heads.h"

#include "base/auto.h"
#include "base/json.h"
#include "cli/cli.h"

#include <stdio.h>

#define HEADS_MAX 100000 /* a phone keeps one a day */

static bool
add_head(struct heads *h, uint64_t seq, const uint8_t hash[32])
{
	struct chain_head *more = realloc(h->list, (h->n + 1) * sizeof *more);

	if (!more)
		return false;
	h->list = more;
	h->list[h->n].seq = seq;
	memcpy(h->list[h->n++].hash, hash, 32);
	return true;
}

bool
heads_read_word(struct heads *h, const char *text)
{
	struct span s = span_of(text), seq = span_cut(&s, ':');
	uint8_t hash[32];
	int64_t n;

	return span_to_i64(seq, &n) && n > 0 && crypt_unhex(s, hash, 32) &&
	       add_head(h, (uint64_t)n, hash);
}

/* Its signature is of it, and by this node's key if that is at hand. */
static bool
is_signed(const struct heads *h, const json_t *o, uint64_t seq, const uint8_t *hash,
	  struct buf *why)
{
	struct buf AUTO(buf_done) text = { 0 }, sig = { 0 };
	uint8_t pub[32];
	int64_t at = 0;

	time_parse(json_str(o, "at"), &at);
	chain_head_text(&text, json_string_value(json_object_get(o, "node")), seq, hash,
			at);
	if (!crypt_unhex(json_str(o, "public_key"), pub, 32) ||
	    !crypt_unb64(json_str(o, "signature"), &sig) || sig.n != SIGN_BYTES ||
	    !crypt_verify((const uint8_t *)sig.p, buf_span(&text), pub)) {
		buf_add_z(why, "the signature is not of this head");
		return false;
	}
	if (h->has_node_pub && !crypt_equal(pub, h->node_pub, sizeof pub)) {
		buf_add_z(why, "signed with another key than this node's");
		return false;
	}
	return true;
}

/* A head as GET /api/v1/head gave it. */
static bool
take_head(struct heads *h, const json_t *o, struct buf *why)
{
	uint64_t seq = (uint64_t)json_integer_value(json_object_get(o, "seq"));
	uint8_t hash[32];

	if (!seq || !crypt_unhex(json_str(o, "hash"), hash, 32)) {
		buf_add_z(why, "holds no head");
		return false;
	}
	if (json_str(o, "signature").n && json_str(o, "public_key").n &&
	    !is_signed(h, o, seq, hash, why))
		return false;
	return add_head(h, seq, hash);
}

/* "kumak1 khi 12 HASH AT SIGNATURE KEY": what a code on paper says. */
static bool
take_paper(struct heads *h, struct span line, struct buf *why)
{
	static const char *const names[] = { "node", "seq",       "hash",
					     "at",   "signature", "public_key" };
	json_t AUTO(auto_json) *o = json_object();
	int64_t seq;

	span_cut(&line, ' ');
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		struct span word = span_cut(&line, ' ');

		if (k == 1 && span_to_i64(word, &seq))
			json_object_set_new(o, names[k], json_integer(seq));
		else if (k != 1)
			json_object_set_new(o, names[k],
					    json_stringn(word.p ? word.p : "", word.n));
	}
	return take_head(h, o, why);
}

/* Lines, each a head: as a witness appends them, or as codes were read off paper. */
static bool
take_lines(struct heads *h, struct span text, struct buf *why)
{
	for (size_t line = 1; text.n; line++) {
		struct span l = span_trim(span_cut(&text, '\n'));
		json_t AUTO(auto_json) *o = json_read(l, NULL);
		struct buf AUTO(buf_done) what = { 0 };

		if (!l.n)
			continue;
		if (h->n == HEADS_MAX)
			buf_add_z(&what, "too many heads");
		else if (span_starts(l, SPAN("kumak1 ")))
			take_paper(h, l, &what);
		else if (o)
			take_head(h, o, &what);
		else
			buf_add_z(&what, "is no head");
		if (what.n) {
			buf_printf(why, "line %zu: %s", line, what.p);
			return false;
		}
	}
	return true;
}

static bool
take_list(struct heads *h, const json_t *list, struct buf *why)
{
	struct buf AUTO(buf_done) what = { 0 };
	size_t n = json_array_size(list);

	if (!n || n > HEADS_MAX) {
		buf_add_z(why, n ? "too many heads" : "holds no head");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (take_head(h, json_array_get(list, i), &what))
			continue;
		buf_printf(why, "head %zu: %s", i + 1, what.p);
		return false;
	}
	return true;
}

/* One head, {"heads":[…]} as the SOS page saves those that it was given, or lines. */
bool
heads_read_file(struct heads *h, const char *path, struct buf *why)
{
	struct buf AUTO(buf_done) text = { 0 }, what = { 0 };
	json_t AUTO(auto_json) *o = NULL;
	size_t before = h->n;

	if (read_file(path, &text) < 0) {
		buf_printf(why, "%s cannot be read", path);
		return false;
	}
	o = json_read(buf_span(&text), NULL);
	if (json_object_get(o, "heads"))
		take_list(h, json_object_get(o, "heads"), &what);
	else if (o)
		take_head(h, o, &what);
	else
		take_lines(h, buf_span(&text), &what);
	if (!what.n && h->n == before)
		buf_add_z(&what, "holds no head");
	if (what.n)
		buf_printf(why, "%s: %s", path, what.p);
	return !what.n;
}

static int
by_seq(const void *a, const void *b)
{
	const struct chain_head *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

void
heads_sort(struct heads *h)
{
	if (h->n)
		qsort(h->list, h->n, sizeof *h->list, by_seq);
}

void
heads_done(struct heads *h)
{
	free(h->list);
}
