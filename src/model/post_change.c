/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to a post after it was sent: corrected, translated, pinned,
 * chased, held, out of date, erased. Nothing is altered silently: what stood
 * there before stays beside it until the whole post is erased.
 */
#include "model/commands.h"

#include "base/auto.h"

/* The post, when the actor may see it; else refused as not there. */
static struct post *
seen_post(struct decision *d, struct id id, struct channel **ret)
{
	struct post *b = (struct post *)decision_find(d, NOUN_POST, id);

	if (!b || (d->actor && access_post(d->m, d->actor, b) == VIEW_NONE)) {
		refuse_hidden(d);
		return NULL;
	}
	*ret = channel_find(d->m, b->channel);
	return b;
}

static int
refuse_erased(struct decision *d, const struct post *b)
{
	return b->erased_at == TIME_NONE
		       ? 0
		       : refuse(d, 409, "erased", "its words were erased");
}

static void
words_of(json_t *o, const struct post *b)
{
	if (b->subject)
		json_object_set_new(o, "subject", json_string(b->subject));
	json_object_set_new(o, "text", json_string(b->text ? b->text : ""));
}

static void
patch_json(struct patch *p, size_t off, const json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT);

	patch_str(p, off, span_of(text));
	free(text);
}

static json_t *
time_json(int64_t ms)
{
	struct buf AUTO(buf_done) b = { 0 };

	time_format(&b, ms);
	return json_stringn(b.p, b.n);
}

int
post_correct(struct decision *d, struct id id, const struct post_words *w,
	     struct span reason)
{
	struct channel *c;
	struct post *b = seen_post(d, id, &c);
	json_t AUTO(auto_json) *earlier = NULL;
	json_t *was;
	struct event e;

	if (!b || refuse_erased(d, b) < 0)
		return ERR_DENIED;
	if (!id_is(b->author, d->actor->id))
		return refuse(d, 403, "not_author", "only its author corrects a post");
	if (c->archived)
		return refuse(d, 409, "archived", "this channel is read only");
	if (b->version >= POST_VERSIONS_MAX)
		return refuse(d, 409, "too_often", "write a new post instead");
	earlier = b->earlier ? json_read(span_of(b->earlier), NULL) : NULL;
	if (!earlier)
		earlier = json_array();
	was = json_object();
	words_of(was, b);
	json_object_set_new(was, "at",
			    time_json(b->corrected_at != TIME_NONE ? b->corrected_at
								   : b->posted_at));
	json_array_append_new(earlier, was);
	event_begin(d, &e, EVENT_POST_CORRECTED, b->r.world, id);
	PATCH_STR(&e.body, post, text, w->text);
	if (w->subject.p)
		PATCH_STR(&e.body, post, subject, w->subject);
	patch_json(&e.body, offsetof(struct post, earlier), earlier);
	PATCH_STR(&e.body, post, translations, (struct span){ 0 });
	PATCH_INT(&e.body, post, version, b->version + 1);
	PATCH_INT(&e.body, post, corrected_at, d->now);
	if (b->settled_at != TIME_NONE) /* of other words */
		PATCH_INT(&e.body, post, settled_at, TIME_NONE);
	PATCH_STR(&e.body, post, correction_reason, reason);
	event_emit(d, &e);
	return 0;
}

int
post_translate(struct decision *d, struct id id, const struct post_words *w)
{
	struct channel *c;
	struct post *b = seen_post(d, id, &c);
	json_t AUTO(auto_json) *all = NULL;
	char lang[16];
	json_t *one;
	struct event e;

	if (!b || refuse_erased(d, b) < 0)
		return ERR_DENIED;
	if (!id_is(b->agency, d->actor->agency) &&
	    !(b->is_hub && access_post(d->m, d->actor, b) == VIEW_ROOM))
		return refuse(d, 403, "not_sender", "its sender's side translates it");
	if (b->language && span_is_z(w->language, b->language))
		return refuse(d, 422, "bad_field", "language: it is written in that");
	all = b->translations ? json_read(span_of(b->translations), NULL) : NULL;
	if (!all)
		all = json_object();
	if (json_object_size(all) >= 8)
		return refuse(d, 409, "too_often", "it has 8 translations");
	one = json_object();
	if (w->subject.p)
		json_object_set_new(one, "subject",
				    json_stringn(w->subject.p, w->subject.n));
	json_object_set_new(one, "text", json_stringn(w->text.p, w->text.n));
	json_object_set_new(one, "at", time_json(d->now));
	snprintf(lang, sizeof lang, SPAN_FMT, SPAN_ARG(w->language));
	json_object_set_new(all, lang, one);
	event_begin(d, &e, EVENT_POST_TRANSLATED, b->r.world, id);
	patch_json(&e.body, offsetof(struct post, translations), all);
	event_emit(d, &e);
	return 0;
}

int
post_pin(struct decision *d, struct id id, bool on)
{
	struct channel *c;
	struct post *b = seen_post(d, id, &c);
	struct event e;

	if (!b)
		return ERR_DENIED;
	if (!b->is_hub || access_post(d->m, d->actor, b) != VIEW_ROOM ||
	    (!id_is(b->agency, d->actor->agency) &&
	     !channel_is_keeper(d->m, c, d->actor)))
		return refuse(d, 403, "not_sender",
			      "its sender's agency or the channel's keeper pins it");
	if (b->pinned == on)
		return 0;
	event_begin(d, &e, EVENT_POST_PINNED, b->r.world, id);
	PATCH_BOOL(&e.body, post, pinned, on);
	event_emit(d, &e);
	return 0;
}

/* A thread is erased as one, so a hold on a post of it holds its first too. */
int
post_hold(struct decision *d, struct id id, bool on)
{
	struct channel *c;
	struct post *b = seen_post(d, id, &c), *root;
	struct event e;

	if (!b)
		return ERR_DENIED;
	if (!channel_is_keeper(d->m, c, d->actor))
		return refuse(d, 403, "not_keeper", "the channel's keeper holds posts");
	if (b->hold == on)
		return 0;
	event_begin(d, &e, EVENT_POST_HELD, b->r.world, id);
	PATCH_BOOL(&e.body, post, hold, on);
	event_emit(d, &e);
	root = (struct post *)decision_find(d, NOUN_POST, b->thread);
	if (on && root && !root->hold) {
		event_begin(d, &e, EVENT_POST_HELD, root->r.world, root->r.id);
		PATCH_BOOL(&e.body, post, hold, true);
		event_emit(d, &e);
	}
	return 0;
}

/* --- by the desk ------------------------------------------------------------ */

int
post_expire(struct decision *d, struct id id)
{
	struct post *b = (struct post *)decision_find(d, NOUN_POST, id);
	struct event e;

	if (!b || b->expired || b->expires_at == TIME_NONE || b->expires_at > d->now)
		return 0;
	event_begin(d, &e, EVENT_POST_EXPIRED, b->r.world, id);
	PATCH_BOOL(&e.body, post, expired, true);
	PATCH_BOOL(&e.body, post, pinned, false);
	event_emit(d, &e);
	return 0;
}

int
post_chase(struct decision *d, struct id id)
{
	struct post *b = (struct post *)decision_find(d, NOUN_POST, id);
	int64_t n;
	struct event e;

	if (!b)
		return 0;
	n = b->chased == FIELD_NONE ? 0 : b->chased;
	/* the first is half-way; the clocks of desk and events may differ by a ms */
	event_begin(d, &e,
		    n > 0 || d->now >= b->ack_by ? EVENT_POST_OVERDUE
						 : EVENT_POST_CHASED,
		    b->r.world, id);
	PATCH_INT(&e.body, post, chased, n + 1);
	event_emit(d, &e);
	return 0;
}

int
post_settle(struct decision *d, struct id id)
{
	struct post *b = (struct post *)decision_find(d, NOUN_POST, id);
	struct event e;

	if (!b || b->settled_at != TIME_NONE)
		return 0;
	event_begin(d, &e, EVENT_POST_SETTLED, b->r.world, id);
	PATCH_INT(&e.body, post, settled_at, d->now);
	event_emit(d, &e);
	return 0;
}

bool
post_is_watched(const struct post *b)
{
	bool waits = b->must_ack && b->settled_at == TIME_NONE &&
		     (b->chased == FIELD_NONE || b->chased < POST_CHASES_MAX);

	return b->erased_at == TIME_NONE && !b->expired &&
	       (waits || b->expires_at != TIME_NONE);
}

bool
post_is_due_to_erase(const struct model *m, const struct post *b, int64_t now)
{
	const struct channel *c = channel_find(m, b->channel);

	return b->erased_at == TIME_NONE && !b->hold && !b->pinned && c && !c->hold &&
	       b->erase_day != FIELD_NONE && b->erase_day <= now / 86400000;
}

/* Its key is destroyed by the journal; here the record forgets what it says. */
int
post_erase(struct decision *d, struct id id)
{
	static const size_t words[] = {
		offsetof(struct post, subject),
		offsetof(struct post, text),
		offsetof(struct post, author_name),
		offsetof(struct post, translations),
		offsetof(struct post, earlier),
		offsetof(struct post, correction_reason),
	};
	struct post *b = (struct post *)decision_find(d, NOUN_POST, id);
	struct event e;

	if (!b || b->erased_at != TIME_NONE)
		return 0;
	event_begin(d, &e, EVENT_POST_ERASED, b->r.world, id);
	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		patch_str(&e.body, words[k], (struct span){ 0 });
	PATCH_INT(&e.body, post, erased_at, d->now);
	event_emit(d, &e);
	return 0;
}
