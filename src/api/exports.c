/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Duty phones, and exports: a file of two lines, the posts, track or people as the
 * asker sees them, posts with the highest marking on top, and this node's signature of
 * that line, whose hash the journal keeps.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/crypt.h"

static void
answer_noun(struct call *c, enum noun_index n, struct id id, int status)
{
	struct record *rec = model_find(c->m, n, id);

	view_record(c, &c->out, n, rec, access_record(c->m, c->who, n, rec));
	answer(c, status);
}

void
duty_phone_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id;

	if (duty_phone_put(d, (struct id){ 0 }, &c->ask, &id) < 0)
		answer_refusal(c, d);
	else
		answer_noun(c, NOUN_DUTY_PHONE, id, 201);
}

void
duty_phone_patch(struct call *c)
{
	struct decision *d = call_decide(c);

	if (duty_phone_put(d, c->id, &c->ask, NULL) < 0)
		answer_refusal(c, d);
	else
		answer_noun(c, NOUN_DUTY_PHONE, c->id, 200);
}

void
duty_phone_delete(struct call *c)
{
	struct decision *d = call_decide(c);

	if (duty_phone_remove(d, c->id) < 0)
		answer_refusal(c, d);
	else
		answer_empty(c, 204);
}

/* --- exports -------------------------------------------------------------------- */

void
export_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id;

	if (export_ask(d, c->id, &c->ask, &id) < 0)
		answer_refusal(c, d);
	else
		answer_noun(c, NOUN_EXPORT, id, 201);
}

void
export_kept_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id;

	if (export_ask_kept(d, &c->ask, &id) < 0)
		answer_refusal(c, d);
	else
		answer_noun(c, NOUN_EXPORT, id, 201);
}

void
export_decision_post(struct call *c)
{
	const struct ask_decision *ask = (const struct ask_decision *)c->ask.rec;
	struct decision *d = call_decide(c);

	if (export_decide(d, c->id, ask->approve, span_of(ask->reason)) < 0)
		answer_refusal(c, d);
	else
		answer_noun(c, NOUN_EXPORT, c->id, 200);
}

#define EXPORT_MAX 5000 /* posts; longer times are asked for in parts */

struct exporting {
	struct call *c;
	const struct export *x;
	struct buf *out;
	size_t n;
	int tlp;
	bool is_too_long;
};

static bool
export_one(void *ctx, uint64_t seq)
{
	struct exporting *w = ctx;
	struct call *c = w->c;
	struct id id = { .seq = seq, .noun = noun_post.letter };
	const struct post *b;
	enum view v;

	memcpy(id.node, c->m->node_id, NODE_MAX);
	b = (const struct post *)journal_find(c->api->cfg.journal, NOUN_POST, id);
	v = b ? access_post(c->m, c->who, b) : VIEW_NONE;
	/* RED leaves in no file, not even its author's */
	if (v == VIEW_NONE || b->tlp == TLP_RED || b->posted_at >= w->x->until)
		return true;
	if (b->posted_at < w->x->since)
		return false;
	if (w->n == EXPORT_MAX) {
		w->is_too_long = true;
		return false;
	}
	view_record(c, w->out, NOUN_POST, &b->r, v);
	if (b->tlp > w->tlp)
		w->tlp = b->tlp;
	w->n++;
	return true;
}

static void
begin_document(struct call *c, const struct export *x, int tlp)
{
	struct buf *b = &c->out;

	jw_open(b, '{');
	if (tlp)
		jw_kz(b, "tlp", tlp_names[tlp]);
	jw_key(b, "export");
	view_record(c, b, NOUN_EXPORT, &x->r, VIEW_OWNER);
	jw_kz(b, "fetched_by", c->who->name);
	jw_ktime(b, "fetched_at", journal_now(c->api->cfg.journal));
	jw_key(b, "head");
	journal_head(c->api->cfg.journal, b);
}

/* The second line; its text is what a reader checks the first line with. */
static void
write_signature(struct call *c, struct buf *b)
{
	struct buf AUTO(buf_done) sig = { 0 }, pub = { 0 };

	journal_sign(c->api->cfg.journal, buf_span(b), &sig, &pub);
	buf_add_c(b, '\n');
	jw_open(b, '{');
	jw_kz(b, "algorithm", "Ed25519");
	jw_kstr(b, "signature", buf_span(&sig));
	jw_kstr(b, "public_key", buf_span(&pub));
	jw_close(b, '}');
	buf_add_c(b, '\n');
}

/* What was written so far is the first line: its hash is kept, then it leaves. */
static void
end_document(struct call *c)
{
	struct buf AUTO(buf_done) hex = { 0 };
	struct decision *d = call_decide(c);
	uint8_t hash[HASH_BYTES];

	jw_close(&c->out, '}');
	crypt_hash(hash, buf_span(&c->out), NULL);
	crypt_hex(&hex, hash, sizeof hash);
	if (export_open(d, c->id, buf_span(&hex)) < 0) {
		answer_refusal(c, d);
		return;
	}
	write_signature(c, &c->out);
	buf_printf(&c->headers,
		   "Content-Disposition: attachment; filename=\"export.jsonl\"\r\n"
		   "Content-Security-Policy: sandbox; default-src 'none'\r\n");
	answer_as(c, 200, "application/jsonl");
}

static void
export_posts(struct call *c, const struct export *x)
{
	const struct channel *ch = channel_find(c->m, x->channel);
	struct buf AUTO(buf_done) tags = { 0 }, posts = { 0 };
	struct exporting w = { .c = c, .x = x, .out = &posts, .tlp = TLP_CLEAR };

	post_tags_for(c, &tags, ch);
	store_search_posts(journal_store(c->api->cfg.journal), (struct span){ 0 },
			   buf_span(&tags), 0, SIZE_MAX >> 1, export_one, &w);
	if (w.is_too_long) {
		answer_problem(c, 422, "too_large",
			       "more than %d posts: ask for shorter times", EXPORT_MAX);
		return;
	}
	begin_document(c, x, w.tlp);
	jw_kz(&c->out, "channel_name", ch->name);
	jw_key(&c->out, "posts");
	jw_open(&c->out, '[');
	jw_raw(&c->out, buf_span(&posts));
	jw_close(&c->out, ']');
	end_document(c);
}

/* All of those whom the asker may see: two people gave the reason. */
static void
export_people(struct call *c, const struct export *x)
{
	struct buf *b = &c->out;
	struct record **all;
	size_t n;

	begin_document(c, x, 0);
	jw_key(b, "people");
	jw_open(b, '[');
	c->has_reason = true;
	all = model_list(c->m, NOUN_PERSON, &n, c->req->arena);
	for (size_t k = 0; k < n; k++) {
		const struct person *h = (const struct person *)all[k];
		enum view v = access_record(c->m, c->who, NOUN_PERSON, all[k]);

		if (v != VIEW_NONE && h->kind && id_is(h->agency, x->owner))
			view_record(c, b, NOUN_PERSON, all[k], v);
	}
	jw_close(b, ']');
	end_document(c);
}

static void
export_track_done(struct call *c, struct span track)
{
	const struct export *x = export_find(c->m, c->id);
	struct decision *d = call_decide(c);

	/* what was approved may have been revoked while the files were read */
	if (export_may_open(d, c->id) < 0) {
		answer_refusal(c, d);
		return;
	}
	begin_document(c, x, 0);
	jw_key(&c->out, "track");
	jw_raw(&c->out, track);
	end_document(c);
}

void
export_content_get(struct call *c)
{
	struct decision *d = call_decide(c);
	const struct export *x = export_find(c->m, c->id);

	if (export_may_open(d, c->id) < 0)
		answer_refusal(c, d);
	else if (x->kind == EXPORT_TRACK)
		track_fetch(c, x->unit, x->since, x->until, export_track_done);
	else if (x->kind == EXPORT_PEOPLE)
		export_people(c, x);
	else
		export_posts(c, x);
}
