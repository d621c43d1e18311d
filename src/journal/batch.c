/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch: events in order with their bytes and hashes, and at hand-over each
 * record that they changed, once. After batch_seal the writer thread owns it
 * until it comes back.
 */
#include "journal/inner.h"

#include "base/auto.h"
#include "base/utf8.h"

#include <stdio.h>

void
batch_add(struct journal *j, struct batch *b, struct event *e)
{
	struct batched_event *be;

	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		b->events = realloc(b->events, b->cap * sizeof *b->events);
		if (!b->events)
			abort();
	}
	be = &b->events[b->n++];
	be->doc_at = b->docs.n;
	/* The writer puts commas by the last byte: start each on a fresh line. */
	buf_add_c(&b->docs, '\n');
	be->doc_at++;
	event_encode(&b->docs, e, &j->keys);
	be->doc_n = b->docs.n - be->doc_at;
	event_hash(be->hash, j->chain_hash,
		   (struct span){ b->docs.p + be->doc_at, be->doc_n });
	memcpy(j->chain_hash, be->hash, 32);
	be->e = *e;
	e->body = (struct patch){ 0 };
	b->last_seq = e->seq;
}

static void
fold_words(struct buf *b, const char *const *words, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (!words[k])
			continue;
		utf8_fold(b, span_of(words[k]));
		buf_add_c(b, ' ');
	}
}

static void
search_text(struct buf *b, const struct incident *i)
{
	const char *const words[] = { i->number,  i->kind,        i->site_name,
				      i->message, i->caller_name, i->caller_phone };

	fold_words(b, words, sizeof words / sizeof *words);
}

static void
post_text(struct buf *b, const struct post *p)
{
	const char *const words[] = { p->subject, p->text, p->translations,
				      p->author_name };

	fold_words(b, words, sizeof words / sizeof *words);
}

static void
add_tag(struct buf *b, const struct post *p, const char *to)
{
	buf_printf(b, STORE_TAG "c%llu%s ", (unsigned long long)p->channel.seq, to);
	if (id_is_set(p->thread))
		buf_printf(b, STORE_TAG "t%llu%s ", (unsigned long long)p->thread.seq,
			   to);
}

/* By which a side of a channel finds what may be for it, without passing over what
 * is for others: post_tags_for() asks for them. */
static void
post_tags(struct buf *b, const struct post *p)
{
	json_t AUTO(auto_json) *list = p->to ? json_read(span_of(p->to), NULL) : NULL;
	char to[32];
	struct id id;
	size_t k;
	json_t *v;

	add_tag(b, p, "");
	if (post_is_watched(p))
		buf_add_z(b, POST_TAG_WATCHED " ");
	if (!p->is_hub) {
		snprintf(to, sizeof to, "g%llu", (unsigned long long)p->agency.seq);
		add_tag(b, p, to);
		return;
	}
	if (!list)
		add_tag(b, p, "gall");
	json_array_foreach(list, k, v)
	{
		if (id_parse((struct span){ json_string_value(v),
					    json_string_length(v) },
			     &id) < 0)
			continue;
		snprintf(to, sizeof to, "g%llu", (unsigned long long)id.seq);
		add_tag(b, p, to);
	}
}

/* Events that make or change what is found by words. Of an erased post the tags
 * stay, so that it is still listed. */
static bool
add_search_text(struct journal *j, struct buf *b, const struct event *e)
{
	const struct incident *inc;
	const struct post *p;

	switch (e->type) {
	case EVENT_INCIDENT_RAISED:
	case EVENT_INCIDENT_ERASED: /* what stays: number, kind, place */
		inc = incident_find(&j->model, e->subject);
		if (inc)
			search_text(b, inc);
		return inc != NULL;
	case EVENT_POST_POSTED:
	case EVENT_POST_CORRECTED:
	case EVENT_POST_TRANSLATED:
	case EVENT_POST_CHASED:
	case EVENT_POST_OVERDUE:
	case EVENT_POST_SETTLED:
	case EVENT_POST_EXPIRED:
	case EVENT_POST_ERASED:
		p = post_find(&j->model, e->subject);
		if (p && p->erased_at == TIME_NONE)
			post_text(b, p);
		return p != NULL;
	default:
		return false;
	}
}

/* --- all of it anew ------------------------------------------------------------------
 */

#define INDEX_STEP 500

struct indexing {
	struct journal *j;
	struct buf texts;
	struct store_search found[INDEX_STEP]; /* offsets in texts */
	size_t n;
	uint64_t last;
};

static bool
index_record(void *ctx, const struct record *rec)
{
	struct indexing *x = ctx;
	bool is_post = rec->id.noun == noun_post.letter;
	const struct post *p = (const struct post *)rec;
	size_t at = x->texts.n, tags;

	x->last = rec->id.seq;
	if (!is_post)
		search_text(&x->texts, (const struct incident *)rec);
	else if (p->erased_at == TIME_NONE)
		post_text(&x->texts, p);
	tags = x->texts.n;
	if (is_post)
		post_tags(&x->texts, p);
	x->found[x->n++] = (struct store_search){
		.incident = rec->id.seq,
		.text = { (const char *)at, tags - at },
		.is_post = is_post,
		.tags = { (const char *)tags, x->texts.n - tags },
	};
	return true;
}

static int
index_step(struct indexing *x, char noun)
{
	struct store_query q = {
		.noun = noun, .column = -1, .after = x->last, .limit = INDEX_STEP
	};
	struct store_batch b = { .searches = x->found };
	int rc;

	x->n = x->texts.n = 0;
	rc = journal_records(x->j, &q, index_record, x);
	for (size_t i = 0; i < x->n; i++) {
		x->found[i].text.p = x->texts.p + (size_t)x->found[i].text.p;
		x->found[i].tags.p = x->texts.p + (size_t)x->found[i].tags.p;
	}
	b.n_searches = x->n;
	return rc < 0 || !x->n ? rc : store_append(x->j->store, &b);
}

int
journal_index(struct journal *j)
{
	const char nouns_found[] = { noun_incident.letter, noun_post.letter };
	struct indexing *x = calloc(1, sizeof *x);
	int rc = 0;

	if (!x)
		return ERR_NOMEM;
	x->j = j;
	for (size_t k = 0; rc == 0 && k < sizeof nouns_found; k++) {
		x->last = 0;
		do
			rc = index_step(x, nouns_found[k]);
		while (rc == 0 && x->n == INDEX_STEP);
	}
	buf_done(&x->texts);
	free(x);
	return rc;
}

/* --- a batch on its way --------------------------------------------------------------
 */

static void
seal_events(struct batch *b)
{
	b->out_events = realloc(b->out_events, b->cap * sizeof *b->out_events);
	for (size_t i = 0; i < b->n; i++) {
		const struct batched_event *be = &b->events[i];
		struct store_event *o = &b->out_events[i];

		o->seq = be->e.seq;
		o->at = be->e.at;
		o->incident = be->e.incident.seq;
		o->doc = (struct span){ b->docs.p + be->doc_at, be->doc_n };
		memcpy(o->hash, be->hash, 32);
	}
	b->out.events = b->out_events;
	b->out.n_events = b->n;
}

static void
seal_searches(struct journal *j, struct batch *b)
{
	b->out_searches =
		realloc(b->out_searches, (b->n + 1) * sizeof *b->out_searches);
	b->out.n_searches = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct event *e = &b->events[i].e;
		size_t at = b->texts.n, tags;

		if (!add_search_text(j, &b->texts, e))
			continue;
		tags = b->texts.n;
		if (event_infos[e->type].noun == NOUN_POST)
			post_tags(&b->texts, post_find(&j->model, e->subject));
		/* offsets until the buffer stands still */
		b->out_searches[b->out.n_searches++] = (struct store_search){
			.incident = e->subject.seq,
			.text = { (const char *)at, tags - at },
			.is_post = event_infos[e->type].noun == NOUN_POST,
			.tags = { (const char *)tags, b->texts.n - tags },
		};
	}
	for (size_t i = 0; i < b->out.n_searches; i++) {
		struct store_search *t = &b->out_searches[i];

		t->text.p = b->texts.p + (size_t)t->text.p;
		t->tags.p = b->texts.p + (size_t)t->tags.p;
	}
	b->out.searches = b->out_searches;
}

void
batch_seal(struct journal *j, struct batch *b)
{
	struct record *rec = model_take_dirty(&j->model);
	size_t n = 0;

	if (!b->n)
		b->last_seq = j->tail;
	seal_events(b);
	seal_searches(j, b);
	for (; rec; rec = rec->next_dirty) {
		enum noun_index noun = noun_by_letter(rec->id.noun);
		struct store_record *o;
		size_t at;

		if (n == b->records_cap) {
			b->records_cap = b->records_cap ? b->records_cap * 2 : 64;
			b->out_records =
				realloc(b->out_records,
					b->records_cap * sizeof *b->out_records);
		}
		o = &b->out_records[n++];
		buf_add_c(&b->bodies, '\n');
		at = b->bodies.n;
		record_encode(&b->bodies, noun, rec,
			      model_key_slot(&j->model, noun, rec), &j->keys);
		o->noun = rec->id.noun;
		o->seq = rec->id.seq;
		noun_columns(noun, rec, o->k);
		o->body = (struct span){ (const char *)at, b->bodies.n - at };
	}
	for (size_t i = 0; i < n; i++)
		b->out_records[i].body.p =
			b->bodies.p + (size_t)b->out_records[i].body.p;
	b->out.records = b->out_records;
	b->out.n_records = n;
}

void
batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		event_done(&b->events[i].e);
	arena_reset(&b->arena);
	b->n = 0;
	b->docs.n = b->bodies.n = b->texts.n = 0;
	b->out = (struct store_batch){ 0 };
	b->waiters = b->last_waiter = NULL;
	b->is_probe = false;
	b->rc = 0;
	if (b->docs.cap > (4u << 20)) { /* a burst went through: give it back */
		buf_done(&b->docs);
		buf_done(&b->bodies);
		buf_done(&b->texts);
	}
}

void
batch_free(struct batch *b)
{
	if (!b)
		return;
	batch_clear(b);
	arena_done(&b->arena);
	free(b->events);
	free(b->out_events);
	free(b->out_records);
	free(b->out_searches);
	buf_done(&b->docs);
	buf_done(&b->bodies);
	buf_done(&b->texts);
	free(b);
}
