/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers: table, and what their owner does with them: contacts in the order
 * of calling, the threat level, and closing it to all others; how two people of
 * the room open one without an incident; and what each look leaves behind.
 */
#include "model/commands.h"

#include "base/auto.h"

const char *const threat_level_names[] = {
	"", "low", "moderate", "substantial", "severe", "critical", NULL
};
static const char *const glass_names[] = { "", "asked", "open", "ended", NULL };

#define THEIRS (FIELD_SEALED | FIELD_OWNER)

static const struct field fields[] = {
	NOUN_LINE(book, agency, ID, 0, .doc = "whose site it is"),
	NOUN_LINE(book, site, ID, 0, .doc = ""),
	NOUN_LINE(book, key_slot, INT, FIELD_SECRET, .doc = "key of the register"),
	NOUN_LINE(book, contacts, JSON, FIELD_PATCH | FIELD_SEALED,
		  .doc = "list of {person, role}, in the order of calling"),
	NOUN_LINE(book, withheld, BOOL, FIELD_PATCH,
		  .doc = "closed to every other agency, whatever happens"),
	NOUN_LINE(book, level, ENUM, FIELD_OWNER, .names = threat_level_names,
		  .doc = "threat level"),
	NOUN_LINE(book, level_reason, STR, THEIRS, .max = 2000, .doc = "why"),
	NOUN_LINE(book, level_name, STR, THEIRS, .doc = "by whom it was set"),
	NOUN_LINE(book, level_from, TIME, FIELD_OWNER, .doc = "since when it holds"),
	NOUN_LINE(book, level_at, TIME, FIELD_OWNER, .doc = "when it was set"),
	NOUN_LINE(book, levels, JSON, THEIRS, .doc = "all of them, newest first"),
	NOUN_LINE(book, glass, ENUM, 0, .names = glass_names,
		  .doc = "opening by two people"),
	NOUN_LINE(book, glass_reason, STR, FIELD_SEALED, .max = 400, .doc = "why"),
	NOUN_LINE(book, asked_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(book, asked_name, STR, FIELD_SEALED, .doc = "the first"),
	NOUN_LINE(book, asked_at, TIME, 0, .doc = ""),
	NOUN_LINE(book, approved_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(book, approved_name, STR, FIELD_SEALED, .doc = "the second"),
	NOUN_LINE(book, glass_minutes, INT, 0, .doc = "asked for"),
	NOUN_LINE(book, glass_until, TIME, 0, .doc = "ends by itself"),
	NOUN_LINE(book, glass_incident, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(book, opened_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(book, opened_agency, ID, FIELD_OWNER, .doc = "of which agency"),
	NOUN_LINE(book, opened_incident, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(book, opened_name, STR, THEIRS, .doc = "who looked"),
	NOUN_LINE(book, opened_what, STR, THEIRS, .max = 40,
		  .doc = "contacts, plans, points, or the id of one"),
	NOUN_LINE(book, opened_at, TIME, FIELD_OWNER, .doc = ""),
	NOUN_LINE(book, openings, JSON, FIELD_SECRET | FIELD_SEALED,
		  .doc = "the last looks from outside, newest first"),
};
NOUN_TABLE(noun_book, '5', "register", "registers", book, fields);

/* A page of names to call; an answer stays small. */
#define CONTACTS_MAX 50
#define ROLE_BYTES 120

struct site *
site_for_keeper(struct decision *d, struct id id, enum keeper least)
{
	struct site *s = site_find(d->m, id);
	enum keeper k = s ? book_keeper(d->actor, s->agency, id) : KEEPER_NONE;

	if (!s || s->r.world != d->actor->world ||
	    (k == KEEPER_NONE &&
	     access_record(d->m, d->actor, NOUN_SITE, &s->r) == VIEW_NONE)) {
		refuse_hidden(d);
		return NULL;
	}
	if (k >= least)
		return s;
	refuse(d, 403, "needs_owner",
	       k == KEEPER_NONE ? "a site's register is its own agency's"
				: "only an administrator or liaison may do this");
	return NULL;
}

int
register_site(struct decision *d, struct id id, enum keeper least, struct site **ret)
{
	struct site *s = site_find(d->m, id);
	enum keeper k = s ? book_keeper(d->actor, s->agency, id) : KEEPER_NONE;

	/* who may keep none is told so before any site is looked for */
	if (d->actor->role != ROLE_ADMINISTRATOR && d->actor->role != ROLE_LIAISON &&
	    d->actor->role != ROLE_SITE)
		return refuse(d, 403, "needs_owner",
			      "a site's register is its own agency's");
	if (!s || k == KEEPER_NONE || s->r.world != d->actor->world)
		return refuse(d, 422, "no_such_site",
			      "site: no such site of the agency");
	if (k < least)
		return refuse(d, 403, "needs_owner",
			      "only an administrator or liaison may do this");
	*ret = s;
	return 0;
}

struct book *
book_of(struct decision *d, const struct site *s)
{
	struct event e;

	if (s->book)
		return s->book;
	event_begin(d, &e, EVENT_REGISTER_CHANGED, s->r.world, next_id(d, NOUN_BOOK));
	PATCH_ID(&e.body, book, agency, s->agency);
	PATCH_ID(&e.body, book, site, s->r.id);
	PATCH_INT(&e.body, book, key_slot, d->m->node->key_slots_used);
	event_emit(d, &e);
	return s->book;
}

/* The list as it is kept; NULL: it is none. A person who may not be named is as
 * one who is not there. */
static json_t *
contacts_settle(struct decision *d, const struct site *s, const char *asked)
{
	json_t AUTO(auto_json) *in = json_read(span_of(asked), NULL);
	json_t AUTO(auto_json) *out = json_array();
	size_t k;
	json_t *o;

	if (!json_is_array(in) || json_array_size(in) > CONTACTS_MAX)
		return NULL;
	json_array_foreach(in, k, o)
	{
		struct span role = json_str(o, "role");
		const struct person *h;
		struct id id;

		if (id_parse(json_str(o, "person"), &id) < 0 || role.n > ROLE_BYTES ||
		    json_object_size(o) != (json_object_get(o, "role") ? 2u : 1u) ||
		    (json_object_get(o, "role") && !role.p))
			return NULL;
		h = person_find(d->m, id);
		if (!h || !id_is(h->agency, s->agency) || h->r.world != s->r.world ||
		    h->state == PERSON_LEFT ||
		    access_record(d->m, d->actor, NOUN_PERSON, &h->r) == VIEW_NONE)
			return NULL;
		json_array_append(out, o);
	}
	return json_incref(out);
}

static void
emit_glass_end(struct decision *d, struct site *s)
{
	struct event e;

	event_begin(d, &e, EVENT_REGISTER_ENDED, s->r.world, s->book->r.id);
	PATCH_ENUM(&e.body, book, glass, GLASS_ENDED);
	PATCH_INT(&e.body, book, glass_until, d->now);
	PATCH_ID(&e.body, book, glass_incident, book_held_by(d->m, s));
	event_emit(d, &e);
}

int
register_put(struct decision *d, struct id site, struct patch *p)
{
	struct site *s = site_for_keeper(d, site, KEEPER_FULL);
	const struct book *asked = (const struct book *)p->rec;
	uint64_t withheld = 1ull
			    << field_at(&noun_book, offsetof(struct book, withheld));
	json_t AUTO(auto_json) *list = NULL;
	bool is_withheld, has_contacts = p->given & ~withheld;
	struct event e;

	if (!s)
		return ERR_DENIED;
	if (asked->contacts && !(list = contacts_settle(d, s, asked->contacts)))
		return refuse(
			d, 422, "bad_contacts",
			"contacts: at most %d of {person, role}, each a person of "
			"the agency",
			CONTACTS_MAX);
	is_withheld = asked->withheld;
	if (has_contacts) {
		event_begin(d, &e, EVENT_REGISTER_CHANGED, s->r.world,
			    book_of(d, s)->r.id);
		if (list) {
			char *z = json_dumps(list, JSON_COMPACT);

			PATCH_STR(&e.body, book, contacts, span_of(z));
			free(z);
		} else {
			PATCH_STR(&e.body, book, contacts, ((struct span){ 0 }));
		}
		event_emit(d, &e);
	}
	if (!(p->given & withheld) || book_of(d, s)->withheld == is_withheld)
		return 0;
	if (is_withheld &&
	    (s->book->glass == GLASS_ASKED || s->book->glass == GLASS_OPEN))
		emit_glass_end(d, s);
	event_begin(d, &e,
		    is_withheld ? EVENT_REGISTER_WITHHELD : EVENT_REGISTER_RESTORED,
		    s->r.world, s->book->r.id);
	PATCH_BOOL(&e.body, book, withheld, is_withheld);
	event_emit(d, &e);
	return 0;
}

int
register_threat(struct decision *d, struct id site, enum threat_level level,
		struct span reason, int64_t from)
{
	struct site *s = site_for_keeper(d, site, KEEPER_FULL);
	struct event e;

	if (!s)
		return ERR_DENIED;
	event_begin(d, &e, EVENT_REGISTER_THREAT_SET, s->r.world, book_of(d, s)->r.id);
	PATCH_ENUM(&e.body, book, level, level);
	PATCH_STR(&e.body, book, level_reason, reason);
	PATCH_STR(&e.body, book, level_name, span_of(d->actor->name));
	PATCH_INT(&e.body, book, level_from, from == TIME_NONE ? d->now : from);
	PATCH_INT(&e.body, book, level_at, d->now);
	event_emit(d, &e);
	return 0;
}

/* --- opened by two people ---------------------------------------------------- */

/* A request that nobody confirms is forgotten after this. */
#define ASK_MS (15 * 60000ll)
#define OPEN_MINUTES 30
#define SAME_LOOK_MS 300000 /* a page that is drawn anew is not looked at anew */

/* The room's people, not its programs: two of them are two keys. */
static struct site *
site_for_glass(struct decision *d, struct id id)
{
	struct site *s = site_find(d->m, id);

	if (!s || access_record(d->m, d->actor, NOUN_SITE, &s->r) == VIEW_NONE) {
		refuse_hidden(d);
		return NULL;
	}
	if (!principal_is_dispatcher_up(d->actor) || s->r.world != WORLD_LIVE ||
	    d->actor->id.noun != noun_account.letter) {
		refuse(d, 403, "needs_dispatcher",
		       "only people of the room may open a register");
		return NULL;
	}
	return s;
}

static bool
is_same_person(const struct model *m, struct id a, struct id b)
{
	const struct account *x = account_find(m, a), *y = account_find(m, b);

	return id_is(a, b) ||
	       (x && y && id_is_set(x->person) && id_is(x->person, y->person));
}

int
register_ask(struct decision *d, struct id site, struct span reason, int64_t minutes)
{
	struct site *s = site_for_glass(d, site);
	enum book_access now;
	struct event e;

	if (!s)
		return ERR_DENIED;
	now = book_access(d->m, d->actor, s, NULL);
	if (now == BOOK_WITHHELD)
		return refuse(d, 409, "withheld", "withheld by its owner");
	if (now != BOOK_LOCKED)
		return refuse(d, 409, "already_open", "the register is open");
	if (s->book && s->book->glass == GLASS_ASKED)
		return refuse(d, 409, "already_asked", "%s has asked: another approves",
			      s->book->asked_name ? s->book->asked_name : "someone");
	event_begin(d, &e, EVENT_REGISTER_ASKED, s->r.world, book_of(d, s)->r.id);
	PATCH_ENUM(&e.body, book, glass, GLASS_ASKED);
	PATCH_STR(&e.body, book, glass_reason, reason);
	PATCH_ID(&e.body, book, asked_by, d->actor->id);
	PATCH_STR(&e.body, book, asked_name, span_of(d->actor->name));
	PATCH_INT(&e.body, book, asked_at, d->now);
	PATCH_ID(&e.body, book, approved_by, (struct id){ 0 });
	PATCH_STR(&e.body, book, approved_name, ((struct span){ 0 }));
	PATCH_INT(&e.body, book, glass_minutes,
		  minutes == FIELD_NONE ? OPEN_MINUTES : minutes);
	PATCH_INT(&e.body, book, glass_until, d->now + ASK_MS);
	PATCH_ID(&e.body, book, glass_incident, book_held_by(d->m, s));
	event_emit(d, &e);
	return 0;
}

int
register_approve(struct decision *d, struct id site)
{
	struct site *s = site_for_glass(d, site);
	const struct account *first;
	struct event e;

	if (!s)
		return ERR_DENIED;
	if (!s->book || s->book->glass != GLASS_ASKED || d->now >= s->book->glass_until)
		return refuse(d, 409, "not_asked", "nobody asks to open this register");
	if (s->book->withheld)
		return refuse(d, 409, "withheld", "withheld by its owner");
	first = account_find(d->m, s->book->asked_by);
	if (is_same_person(d->m, s->book->asked_by, d->actor->id))
		return refuse(d, 403, "needs_second", "a second person approves");
	if (!first || first->disabled || !id_is(first->agency, d->actor->agency))
		return refuse(d, 409, "not_asked", "who asked may not ask any more");
	event_begin(d, &e, EVENT_REGISTER_APPROVED, s->r.world, s->book->r.id);
	PATCH_ENUM(&e.body, book, glass, GLASS_OPEN);
	PATCH_ID(&e.body, book, approved_by, d->actor->id);
	PATCH_STR(&e.body, book, approved_name, span_of(d->actor->name));
	PATCH_INT(&e.body, book, glass_until, d->now + s->book->glass_minutes * 60000);
	PATCH_ID(&e.body, book, glass_incident, book_held_by(d->m, s));
	event_emit(d, &e);
	return 0;
}

int
register_end(struct decision *d, struct id site)
{
	struct site *s = site_for_glass(d, site);

	if (!s)
		return ERR_DENIED;
	if (!s->book || (s->book->glass != GLASS_ASKED && s->book->glass != GLASS_OPEN))
		return refuse(d, 409, "not_open", "it is not open by two people");
	emit_glass_end(d, s);
	return 0;
}

int
register_tick(struct decision *d, struct id book)
{
	struct book *b = book_find(d->m, book);
	struct site *s = b ? site_find(d->m, b->site) : NULL;

	if (s && (b->glass == GLASS_ASKED || b->glass == GLASS_OPEN) &&
	    d->now >= b->glass_until)
		emit_glass_end(d, s);
	return 0;
}

/* --- each look ---------------------------------------------------------------- */

static bool
is_known_look(const struct book *b, const struct decision *d, struct span what,
	      struct id incident)
{
	json_t AUTO(auto_json) *list =
		b->openings ? json_read(span_of(b->openings), NULL) : NULL;
	struct buf AUTO(buf_done) who = { 0 }, tied = { 0 };
	size_t k;
	json_t *o;

	id_format(&who, d->actor->id);
	if (id_is_set(incident))
		id_format(&tied, incident);
	json_array_foreach(list, k, o)
	{
		int64_t at;

		if (time_parse(json_str(o, "at"), &at) < 0 ||
		    d->now - at >= SAME_LOOK_MS)
			return false;
		if (span_is(json_str(o, "account"), buf_span(&who)) &&
		    span_is(json_str(o, "what"), what) &&
		    span_is(json_str(o, "incident"), buf_span(&tied)))
			return true;
	}
	return false;
}

int
register_look(struct decision *d, struct site *s, struct span what)
{
	struct id incident = { 0 };
	struct event e;

	/* without a register there was nothing to see */
	if (!s->book || book_access(d->m, d->actor, s, &incident) < BOOK_BY_INCIDENT)
		return 0;
	if (is_known_look(s->book, d, what, incident))
		return 0;
	event_begin(d, &e, EVENT_REGISTER_OPENED, s->r.world, s->book->r.id);
	PATCH_ID(&e.body, book, opened_by, d->actor->id);
	PATCH_ID(&e.body, book, opened_agency, d->actor->agency);
	PATCH_ID(&e.body, book, opened_incident, incident);
	PATCH_STR(&e.body, book, opened_name, span_of(d->actor->name));
	PATCH_STR(&e.body, book, opened_what, what);
	PATCH_INT(&e.body, book, opened_at, d->now);
	event_emit(d, &e);
	return 0;
}
