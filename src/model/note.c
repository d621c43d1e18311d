/* SPDX-License-Identifier: Apache-2.0 */
/* Notes, and the pages of the second path: owed, sent or failed. */
#include "model/commands.h"

#include "base/auto.h"
#include "base/crypt.h"

#include <stdio.h>

static const char *const page_states[] = { "",       "waiting", "sent",
					   "failed", "dropped", NULL };

static const struct field note_fields[] = {
	NOUN_LINE(note, incident, ID, 0, .doc = ""),
	NOUN_LINE(note, author, ID, 0, .doc = ""),
	NOUN_LINE(note, author_name, STR, 0, .doc = ""),
	NOUN_LINE(note, text, STR, FIELD_SEALED, .doc = ""),
	NOUN_LINE(note, to_owner, BOOL, 0, .doc = "the site's agency may read it"),
	NOUN_LINE(note, at, TIME, 0, .doc = ""),
	NOUN_LINE(note, agency, ID, 0, .doc = "of another agency that joined"),
	NOUN_LINE(note, is_shared, BOOL, 0,
		  .doc = "all agencies that handle the incident may read it"),
	NOUN_LINE(note, file, ID, 0, .doc = "a recording that its bearer made"),
};
NOUN_TABLE(noun_note, 'n', "note", "notes", note, note_fields);

static const struct field page_fields[] = {
	NOUN_LINE(page, incident, ID, 0, .doc = ""),
	NOUN_LINE(page, account, ID, FIELD_INNER, .doc = "whose phone it is"),
	NOUN_LINE(page, phone, STR, FIELD_SECRET | FIELD_SEALED, .doc = "its number"),
	NOUN_LINE(page, text, STR, 0, .doc = "what the second path says"),
	NOUN_LINE(page, state, ENUM, 0, .names = page_states, .doc = ""),
	NOUN_LINE(page, tries, INT, 0, .doc = ""),
	NOUN_LINE(page, at, TIME, 0, .doc = ""),
	NOUN_LINE(page, next_at, TIME, 0, .doc = ""),
};
NOUN_TABLE(noun_page, 'p', "page", "pages", page, page_fields);

int
page_owe(struct decision *d, struct id incident, struct span text, struct id *ret)
{
	struct incident *i = incident_find(d->m, incident);
	struct event e;

	*ret = next_id(d, NOUN_PAGE);
	event_begin(d, &e, EVENT_PAGE_OWED, i ? i->r.world : WORLD_LIVE, *ret);
	PATCH_ID(&e.body, page, incident, incident);
	PATCH_STR(&e.body, page, text, text);
	PATCH_ENUM(&e.body, page, state, PAGE_WAITING);
	PATCH_INT(&e.body, page, tries, 0);
	PATCH_INT(&e.body, page, at, d->now);
	PATCH_INT(&e.body, page, next_at, d->now);
	event_emit(d, &e);
	return 0;
}

/* All that a phone is told: that there is something. Not what, where, from whom. */
static struct span
nudge_text(const char *language)
{
	static const struct {
		const char *language;
		struct span text;
	} texts[] = {
		{ "ur", SPAN("کمک: آپ کے لیے کچھ ہے۔ کمک کھولیں۔") },
		{ "sd", SPAN("ڪمڪ: توهان لاءِ ڪجهه آهي. ڪمڪ کوليو.") },
		{ "zh", SPAN("Kumak：有新内容，请打开 Kumak。") },
		{ "en", SPAN("Kumak: there is something for you. Open Kumak.") },
	};

	for (size_t k = 0; language && k < sizeof texts / sizeof *texts; k++)
		if (strcmp(texts[k].language, language) == 0)
			return texts[k].text;
	return texts[3].text;
}

int
nudge_owe(struct decision *d, struct id account)
{
	const struct account *a = account_find(d->m, account);
	struct event e;

	if (!a || a->disabled || !a->phone)
		return 0;
	event_begin(d, &e, EVENT_PAGE_OWED, a->r.world, next_id(d, NOUN_PAGE));
	PATCH_ID(&e.body, page, account, account);
	PATCH_STR(&e.body, page, phone, span_of(a->phone));
	PATCH_STR(&e.body, page, text, nudge_text(a->language));
	PATCH_ENUM(&e.body, page, state, PAGE_WAITING);
	PATCH_INT(&e.body, page, tries, 0);
	PATCH_INT(&e.body, page, at, d->now);
	PATCH_INT(&e.body, page, next_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
page_tell(struct decision *d, struct id incident, struct id account, struct span phone,
	  struct span text)
{
	struct incident *i = incident_find(d->m, incident);
	struct event e;

	if (!i || !phone.n)
		return 0;
	event_begin(d, &e, EVENT_PAGE_OWED, i->r.world, next_id(d, NOUN_PAGE));
	PATCH_ID(&e.body, page, incident, incident);
	PATCH_ID(&e.body, page, account, account);
	PATCH_STR(&e.body, page, phone, phone);
	PATCH_STR(&e.body, page, text, text);
	PATCH_ENUM(&e.body, page, state, PAGE_WAITING);
	PATCH_INT(&e.body, page, tries, 0);
	PATCH_INT(&e.body, page, at, d->now);
	PATCH_INT(&e.body, page, next_at, d->now);
	event_emit(d, &e);
	return 0;
}

enum page_is
page_is(const struct page *p)
{
	if (!id_is_set(p->incident))
		return PAGE_NUDGE;
	return p->phone && *p->phone && !id_is_set(p->account) ? PAGE_TOLD : PAGE_CALL;
}

void
page_digits(const struct incident *i, struct id account, const uint8_t *key,
	    char ret[PAGE_DIGITS + 1])
{
	struct buf AUTO(buf_done) b = { 0 };
	uint8_t hash[HASH_BYTES];

	/* A call that rings again has other digits: an old "yes" answers it not. */
	buf_printf(&b, "page %llu %llu %lld", (unsigned long long)i->r.id.seq,
		   (unsigned long long)account.seq, (long long)i->unack_since);
	crypt_hash(hash, buf_span(&b), key);
	snprintf(ret, PAGE_DIGITS + 1, "%04u",
		 (unsigned)(hash[0] << 16 | hash[1] << 8 | hash[2]) % 10000);
}

int
page_result(struct decision *d, struct id id, bool is_sent, int64_t next_at)
{
	struct page *p = page_find(d->m, id);
	struct event e;

	if (!p || p->state != PAGE_WAITING)
		return 0;
	event_begin(d, &e, is_sent ? EVENT_PAGE_SENT : EVENT_PAGE_FAILED, p->r.world,
		    id);
	PATCH_ENUM(&e.body, page, state,
		   is_sent                ? PAGE_SENT
		   : next_at == TIME_NONE ? PAGE_DROPPED
					  : PAGE_WAITING);
	PATCH_INT(&e.body, page, tries, p->tries + 1);
	PATCH_INT(&e.body, page, next_at, is_sent ? TIME_NONE : next_at);
	event_emit(d, &e);
	return 0;
}
