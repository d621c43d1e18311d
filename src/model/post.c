/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posting: the table of posts, what makes one acceptable, and to whom it goes.
 * A preview is the same check without the event, so that what is shown before
 * sending is what happens.
 */
#include "model/commands.h"

#include "base/auto.h"

const char *const post_kind_names[] = { "",       "advisory",  "concern",  "proposal",
					"advice", "situation", "question", NULL };
const char *const tlp_names[] = { "",    "CLEAR", "GREEN", "AMBER", "AMBER+STRICT",
				  "RED", NULL };
static const char *const ack_names[] = { "", "agency", "person", NULL };

#define TEXT_MAX 16000

static const struct field fields[] = {
	NOUN_LINE(post, channel, ID, 0, .doc = ""),
	NOUN_LINE(post, agency, ID, 0, .doc = "of its author"),
	NOUN_LINE(post, author, ID, FIELD_ROOM, .doc = ""),
	NOUN_LINE(post, author_name, STR, FIELD_ROOM | FIELD_SEALED, .doc = ""),
	NOUN_LINE(post, is_hub, BOOL, FIELD_INNER, .doc = "from the hub's side"),
	NOUN_LINE(post, kind, ENUM, FIELD_POST | FIELD_NEEDED, .names = post_kind_names,
		  .doc = "what it is"),
	NOUN_LINE(post, tlp, ENUM, FIELD_POST, .names = tlp_names,
		  .doc = "Traffic Light Protocol 2.0; AMBER when left out"),
	NOUN_LINE(post, priority, ENUM, FIELD_POST, .names = priority_names,
		  .doc = "P3 when left out"),
	NOUN_LINE(post, subject, STR, FIELD_POST | FIELD_SEALED, .max = 400,
		  .doc = "its headline"),
	NOUN_LINE(post, text, STR, FIELD_POST | FIELD_SEALED, .max = TEXT_MAX,
		  .doc = "its words; a forwarded post brings them"),
	NOUN_LINE(post, language, STR, FIELD_POST, .max = 8, .doc = "of the words"),
	NOUN_LINE(post, translations, JSON, FIELD_SEALED,
		  .doc = "by language: {subject, text, at}, made by people"),
	NOUN_LINE(post, earlier, JSON, FIELD_SEALED,
		  .doc = "versions before corrections: {subject, text, at}"),
	NOUN_LINE(post, version, INT, 0, .doc = "one more by each correction"),
	NOUN_LINE(post, posted_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(post, corrected_at, TIME, 0, .doc = ""),
	NOUN_LINE(post, correction_reason, STR, FIELD_SEALED, .max = 400, .doc = ""),
	NOUN_LINE(post, expires_at, TIME, FIELD_POST, .doc = "after it: out of date"),
	NOUN_LINE(post, reply_to, ID, FIELD_POST, .doc = "a post of the channel"),
	NOUN_LINE(post, thread, ID, 0, .doc = "the first post of the thread"),
	NOUN_LINE(post, forward_of, ID, FIELD_POST | FIELD_ROOM,
		  .doc = "a post whose words this one brings"),
	NOUN_LINE(post, incident, ID, FIELD_POST | FIELD_ROOM, .doc = "it is about"),
	NOUN_LINE(post, site, ID, FIELD_POST | FIELD_ROOM, .doc = "it is about"),
	NOUN_LINE(post, meeting, ID, FIELD_POST | FIELD_ROOM, .doc = "it is about"),
	NOUN_LINE(post, files, LIST, FIELD_POST, .doc = "ids of files"),
	NOUN_LINE(post, to, LIST, FIELD_POST | FIELD_ROOM,
		  .doc = "ids of agencies; none: all of the other side"),
	NOUN_LINE(post, recipients, LIST, FIELD_POST | FIELD_ROOM,
		  .doc = "ids of accounts: who may see TLP RED"),
	NOUN_LINE(post, broadcast, JSON, FIELD_POST | FIELD_ROOM,
		  .doc = "{all} or {class, area}: to the owners of such sites"),
	NOUN_LINE(post, sites, LIST, FIELD_ROOM, .doc = "that a broadcast reached"),
	NOUN_LINE(post, must_ack, ENUM, FIELD_POST, .names = ack_names,
		  .doc = "each agency or each person has to acknowledge it"),
	NOUN_LINE(post, ack_by, TIME, FIELD_POST, .doc = "by then"),
	NOUN_LINE(post, chased, INT, FIELD_ROOM, .doc = "how often it was chased"),
	NOUN_LINE(post, settled_at, TIME, FIELD_ROOM,
		  .doc = "all that owed it have acknowledged"),
	NOUN_LINE(post, pinned, BOOL, 0, .doc = "a standing order"),
	NOUN_LINE(post, expired, BOOL, 0, .doc = "its time is over"),
	NOUN_LINE(post, hold, BOOL, FIELD_ROOM, .doc = "legal hold: is not erased"),
	NOUN_LINE(post, erase_day, INT, FIELD_INNER, .doc = "days since 1970"),
	NOUN_LINE(post, erased_at, TIME, 0, .doc = "its words are gone for good"),
	NOUN_LINE(post, key, STR, FIELD_POST | FIELD_INNER, .min = 1, .max = 64,
		  .doc = "the sender's own: the same key is sent once"),
	NOUN_LINE(post, key_slot, INT, FIELD_SECRET, .doc = "key of its words"),
};
NOUN_TABLE(noun_post, 'b', "post", "posts", post, fields);

void
post_key(struct buf *b, struct id author, struct span key)
{
	buf_add_span(b, ID_KEY(&author));
	buf_add_span(b, key);
}

int64_t
post_keep_days(const struct channel *c, enum post_kind kind)
{
	/* a situation is old news soon; what was promised is asked for long after */
	static const int64_t built_in[] = {
		[POST_ADVISORY] = 730, [POST_CONCERN] = 1095, [POST_PROPOSAL] = 1825,
		[POST_ADVICE] = 730,   [POST_SITUATION] = 90, [POST_QUESTION] = 365
	};
	json_t AUTO(auto_json) *o =
		c->keep_days ? json_read(span_of(c->keep_days), NULL) : NULL;
	const json_t *v = json_object_get(o, post_kind_names[kind]);

	return v ? json_integer_value(v) : built_in[kind];
}

struct drafting {
	const struct channel *c;
	enum channel_side side;
	struct post *b;
	struct post *root, *reply_to;
};

/* Agencies that a spoke may name are the hub's: of others it knows nothing. */
static int
check_to(struct decision *d, void *ctx, struct id id)
{
	const struct drafting *w = ctx;
	enum channel_side side = channel_agency_side(d->m, w->c, id);

	if (side == SIDE_NONE ||
	    (w->side == SIDE_SPOKE && side != SIDE_HUB && !id_is(id, d->actor->agency)))
		return refuse(d, 422, "no_such_agency",
			      "to: no such agency in this channel");
	return 0;
}

static int
check_recipient(struct decision *d, void *ctx, struct id id)
{
	const struct drafting *w = ctx;
	const struct account *a = account_find(d->m, id);
	const struct token *t = token_find(d->m, id);
	struct principal p = { 0 };
	enum channel_side side;

	if (a)
		principal_of_account(d->m, a, &p);
	else if (t)
		principal_of_token(d->m, t, &p);
	side = channel_side(d->m, w->c, &p);
	/* a spoke names its own people; the police side it names by agency */
	if (side == SIDE_NONE || (w->side == SIDE_SPOKE && side != SIDE_HUB &&
				  !id_is(p.agency, d->actor->agency)))
		return refuse(d, 422, "no_such_account",
			      "recipients: no such account in this channel");
	return 0;
}

static int
check_file(struct decision *d, void *ctx, struct id id)
{
	const struct drafting *w = ctx;
	struct file *f = (struct file *)decision_find(d, NOUN_FILE, id);

	if (!f || !id_is(f->channel, w->c->r.id) || f->erased_at != TIME_NONE ||
	    !id_is(f->author, d->actor->id) || f->posts)
		return refuse(d, 422, "no_such_file",
			      "files: not a new file of yours in this channel");
	return 0;
}

/* --- what makes a post acceptable ------------------------------------------ */

static int
check_rights(struct decision *d, const struct drafting *w)
{
	const struct post *b = w->b;
	bool is_spoke = w->side == SIDE_SPOKE;

	if (!principal_is_current(d->m, d->actor))
		return refuse(d, 403, "revoked", "this account is no longer current");
	if (w->c->archived)
		return refuse(d, 409, "archived", "this channel is read only");
	if (is_spoke && b->kind == POST_ADVISORY)
		return refuse(d, 403, "needs_police_side",
			      "kind: advisories come from the police side");
	if (is_spoke && (b->must_ack || b->broadcast))
		return refuse(d, 403, "needs_police_side",
			      "must_ack, broadcast: of the police side");
	return 0;
}

static int
check_form(struct decision *d, const struct drafting *w)
{
	const struct post *b = w->b;

	if ((b->to && strcmp(b->to, "[]") == 0) ||
	    (b->recipients && strcmp(b->recipients, "[]") == 0))
		return refuse(d, 422, "bad_field", "to, recipients: name somebody");
	if (!b->text)
		return refuse(d, 422, "bad_field", "text: is needed");
	if ((b->tlp == TLP_RED) != (b->recipients != NULL))
		return refuse(
			d, 422, "bad_field",
			"recipients: TLP RED names who may see it, others do not");
	if (b->tlp == TLP_RED && b->broadcast)
		return refuse(d, 422, "red_is_for_few",
			      "broadcast: TLP RED goes to named persons");
	if (b->broadcast && b->to)
		return refuse(d, 422, "bad_field", "to: the broadcast decides it");
	if (b->broadcast && w->c->shape != CHANNEL_HUB)
		return refuse(d, 422, "bad_field", "broadcast: of a hub channel");
	if (b->expires_at != TIME_NONE && b->expires_at <= d->now)
		return refuse(d, 422, "bad_field", "expires_at: is over already");
	if (b->ack_by != TIME_NONE && (!b->must_ack || b->ack_by <= d->now))
		return refuse(d, 422, "bad_field",
			      "ack_by: a coming time, of a post with must_ack");
	return 0;
}

/* What it is about must be there for who writes it. */
static int
check_links(struct decision *d, const struct post *b)
{
	if (check_named(d, NOUN_INCIDENT, b->incident, "no_such_incident") < 0 ||
	    check_named(d, NOUN_SITE, b->site, "no_such_site") < 0 ||
	    check_named(d, NOUN_MEETING, b->meeting, "no_such_meeting") < 0)
		return ERR_DENIED;
	return 0;
}

/* The agencies that heard a post, of those that its answer may name: a spoke and the
 * hub. To all of them when it named none and came from the hub. */
static void
settle_hearers(struct decision *d, struct patch *p, const struct drafting *w,
	       const struct post *to)
{
	struct buf AUTO(buf_done) list = { 0 };
	bool is_hub_only = w->side == SIDE_SPOKE || !to->is_hub;
	void *rec;

	if (w->c->shape != CHANNEL_HUB || (!to->to && to->is_hub))
		return;
	jw_open(&list, '[');
	for (size_t i = 0; map_next(&d->m->tables[NOUN_AGENCY], &i, NULL, &rec);) {
		struct id g = ((struct agency *)rec)->r.id;
		bool is_of_hub = channel_agency_side(d->m, w->c, g) == SIDE_HUB;
		bool has_heard = id_is(g, to->agency) ||
				 (to->to ? id_list_has(to->to, g) : is_of_hub);

		if (has_heard && (!is_hub_only || is_of_hub ||
				  (!to->is_hub && id_is(g, to->agency))))
			jw_id(&list, g);
	}
	jw_close(&list, ']');
	PATCH_STR(p, post, to, buf_span(&list));
}

/* A reply is heard by those who heard what it answers, and not by more. */
static int
settle_reply(struct decision *d, struct patch *p, struct drafting *w)
{
	struct post *b = w->b, *to;

	if (!id_is_set(b->reply_to))
		return 0;
	to = (struct post *)decision_find(d, NOUN_POST, b->reply_to);
	if (!to || !id_is(to->channel, w->c->r.id) ||
	    access_post(d->m, d->actor, to) == VIEW_NONE)
		return refuse(d, 422, "no_such_post", "reply_to: no such post");
	if (b->to || b->broadcast)
		return refuse(d, 422, "bad_field",
			      "to, broadcast: a reply goes to those who heard");
	if (b->tlp < to->tlp)
		PATCH_ENUM(p, post, tlp, to->tlp);
	if (to->tlp == TLP_RED && !b->recipients) {
		json_t AUTO(auto_json) *list = json_read(span_of(to->recipients), NULL);
		struct buf AUTO(buf_done) id = { 0 };
		char *text;

		id_format(&id, to->author);
		json_array_append_new(list, json_stringn(id.p, id.n));
		text = json_dumps(list, JSON_COMPACT);
		PATCH_STR(p, post, recipients, span_of(text));
		free(text);
	}
	PATCH_ID(p, post, thread, id_is_set(to->thread) ? to->thread : to->r.id);
	settle_hearers(d, p, w, to);
	return 0;
}

static int
settle_forward(struct decision *d, struct patch *p, const struct drafting *w)
{
	struct post *from;

	if (!id_is_set(w->b->forward_of))
		return 0;
	from = (struct post *)decision_find(d, NOUN_POST, w->b->forward_of);
	if (!from || access_post(d->m, d->actor, from) == VIEW_NONE ||
	    from->erased_at != TIME_NONE)
		return refuse(d, 422, "no_such_post", "forward_of: no such post");
	if (from->tlp >= TLP_STRICT ||
	    (from->tlp == TLP_AMBER && !id_is(from->agency, d->actor->agency)))
		return refuse(d, 403, "marking_forbids",
			      "TLP %s may not be forwarded by you",
			      tlp_names[from->tlp]);
	if (w->b->tlp < from->tlp)
		PATCH_ENUM(p, post, tlp, from->tlp);
	if (w->b->text)
		return refuse(d, 422, "bad_field",
			      "text: a forwarded post brings its own");
	PATCH_STR(p, post, text, span_of(from->text));
	if (from->subject)
		PATCH_STR(p, post, subject, span_of(from->subject));
	if (from->language)
		PATCH_STR(p, post, language, span_of(from->language));
	return 0;
}

static void
settle_rest(struct decision *d, struct patch *p, const struct drafting *w)
{
	/* as long as a shift can be away from its screens */
	static const int64_t ack_ms[] = { [PRIORITY_P1] = 15 * 60000,
					  [PRIORITY_P2] = 60 * 60000,
					  [PRIORITY_P3] = 240 * 60000 };
	struct post *b = w->b;

	PATCH_ID(p, post, channel, w->c->r.id);
	PATCH_ID(p, post, agency, d->actor->agency);
	PATCH_ID(p, post, author, d->actor->id);
	PATCH_STR(p, post, author_name, span_of(d->actor->name));
	PATCH_BOOL(p, post, is_hub, w->side != SIDE_SPOKE);
	PATCH_INT(p, post, version, 1);
	PATCH_INT(p, post, posted_at, d->now);
	PATCH_INT(p, post, key_slot, d->m->node->key_slots_used);
	if (b->must_ack && b->ack_by == TIME_NONE)
		PATCH_INT(p, post, ack_by, d->now + ack_ms[b->priority]);
	if (!id_is_set(b->thread))
		PATCH_INT(p, post, erase_day,
			  d->now / 86400000 + post_keep_days(w->c, b->kind));
}

int
post_draft(struct decision *d, struct id channel, struct patch *p)
{
	struct channel *c = channel_find(d->m, channel);
	struct drafting w = { .c = c,
			      .side = channel_side(d->m, c, d->actor),
			      .b = (struct post *)p->rec };

	if (!c || w.side == SIDE_NONE)
		return refuse_hidden(d);
	if (!w.b->tlp)
		PATCH_ENUM(p, post, tlp, TLP_AMBER);
	if (!w.b->priority)
		PATCH_ENUM(p, post, priority, PRIORITY_P3);
	if (check_rights(d, &w) < 0 || settle_reply(d, p, &w) < 0 ||
	    settle_forward(d, p, &w) < 0 || check_form(d, &w) < 0 ||
	    check_links(d, w.b) < 0 ||
	    each_id(d, "to", w.b->to, noun_agency.letter, check_to, &w) < 0 ||
	    each_id(d, "recipients", w.b->recipients, 0, check_recipient, &w) < 0 ||
	    each_id(d, "files", w.b->files, noun_file.letter, check_file, &w) < 0 ||
	    (w.b->broadcast && broadcast_settle(d, p, c) < 0))
		return ERR_DENIED;
	settle_rest(d, p, &w);
	return 0;
}

static int
attach(struct decision *d, void *ctx, struct id id)
{
	return file_attach(d, id, *(struct id *)ctx);
}

int
post_make(struct decision *d, struct id channel, struct patch *p, struct id *ret,
	  bool *ret_is_new)
{
	struct post *b = (struct post *)p->rec, *was;
	struct channel *c = channel_find(d->m, channel);
	struct buf AUTO(buf_done) files = { 0 };

	*ret_is_new = false;
	if (b->key && d->actor && channel_side(d->m, c, d->actor) != SIDE_NONE) {
		was = post_by_key(d, d->actor->id, span_of(b->key));
		if (was && id_is(was->channel, channel) &&
		    principal_is_current(d->m, d->actor)) {
			*ret = was->r.id;
			return 0;
		}
		if (was)
			return refuse(d, 409, "key_used",
				      "key: was used in another channel");
	}
	if (post_draft(d, channel, p) < 0)
		return ERR_DENIED;
	if (b->files)
		buf_add_z(&files, b->files);
	config_put(d, EVENT_POST_POSTED, c->r.world, (struct id){ 0 }, p, ret);
	*ret_is_new = true;
	if (files.n)
		each_id(d, "files", files.p, noun_file.letter, attach, ret);
	return 0;
}

struct post *
post_by_key(struct decision *d, struct id author, struct span key)
{
	struct buf AUTO(buf_done) k = { 0 };
	struct post *b;

	post_key(&k, author, key);
	b = map_get(&d->m->post_keys, buf_span(&k));
	return b || !d->load_post ? b : d->load_post(d->load_ctx, author, key);
}
