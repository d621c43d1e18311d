/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cancel: the most dangerous button (product rule 5). A right code, a
 * duress code and a third wrong one take the same path, emit the same event
 * with the same fields, and freeze what the site sees at the same moment.
 * Only the room's own fields tell them apart.
 */
#include "model/commands.h"

#include "base/auto.h"
#include "base/crypt.h"

#define WRONG_CODES_MAX 3

static bool
is_code(const char *kept, struct span hash)
{
	/* Compared in one time whether a code is set or not. */
	char none[HASH_BYTES * 2] = { 0 };
	bool has = kept && strlen(kept) == hash.n;

	return crypt_equal(has ? kept : none, hash.p, sizeof none) && has;
}

static enum cancel_code
judge(const struct model *m, const struct incident *i, struct span code)
{
	const struct site *s = site_find(m, i->site);
	struct buf AUTO(buf_done) hash = { 0 };
	bool is_right, is_duress;

	site_code_hash(&hash, i->site, code);
	is_right = is_code(s ? s->cancel_hash : NULL, buf_span(&hash));
	is_duress = is_code(s ? s->duress_hash : NULL, buf_span(&hash));
	if (is_right && code.n)
		return CANCEL_RIGHT;
	if (is_duress && code.n)
		return CANCEL_DURESS;
	if (!code.n)
		return CANCEL_NONE;
	return i->wrong_codes + 1 >= WRONG_CODES_MAX ? CANCEL_DURESS : CANCEL_WRONG;
}

int
incident_cancel(struct decision *d, struct id signal, struct span code,
		enum cancel_answer *ret)
{
	struct signal *s = (struct signal *)decision_find(d, NOUN_SIGNAL, signal);
	struct incident *i;
	enum cancel_code verdict;
	struct event e;

	if (!s || !s->source || strcmp(s->source, d->actor->source) != 0)
		return refuse_hidden(d);
	i = (struct incident *)decision_find(d, NOUN_INCIDENT, s->incident);
	if (!i)
		return refuse_hidden(d);
	verdict = judge(d->m, i, code);
	*ret = CANCEL_ANSWER_REFUSED;
	if (i->frozen_seq != FIELD_NONE || i->state == INCIDENT_CLOSED) {
		*ret = CANCEL_ANSWER_ACCEPTED; /* it is over for the site already */
		return 0;
	}
	if (!d->actor->is_verified)
		return 0; /* heard, but it cannot cancel */
	event_begin(d, &e, EVENT_INCIDENT_CANCEL_ASKED, i->r.world, i->r.id);
	PATCH_INT(&e.body, incident, cancel_asked_at, d->now);
	PATCH_ENUM(&e.body, incident, cancel, verdict);
	if (verdict == CANCEL_WRONG)
		PATCH_INT(&e.body, incident, wrong_codes, i->wrong_codes + 1);
	if (verdict == CANCEL_RIGHT || verdict == CANCEL_DURESS) {
		PATCH_INT(&e.body, incident, frozen_seq, (int64_t)d->next_seq);
		PATCH_INT(&e.body, incident, frozen_at, d->now);
		*ret = CANCEL_ANSWER_ACCEPTED;
	}
	event_emit(d, &e);
	return 0;
}
