/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a text is beside a call: a cancel with its code, a duty officer's "yes" to a
 * page, another part of a long message. What fits nothing is a call after all.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"
#include "gate/wire/sms.h"
#include "model/stage.h"

#include <stdio.h>
#include <stdlib.h>

#define WRONG_MAX 5 /* digits that did not fit, an officer, in */
#define WRONG_MS 3600000
#define PART_MS 600000 /* parts of one message come within this */

enum sentence { SAY_TAKEN, SAY_TAKEN_BEFORE, SAY_DIGITS, SAY_NOT_CANCELLED };

static const struct {
	const char *language;
	const char *text[4];
} sentences[] = {
	{ "en",
	  { "You have taken it.", "Somebody has taken it already.",
	    "Answer with the four digits of the message.",
	    "The code was not right. Help is still coming." } },
	{ "ur",
	  { "یہ کال آپ نے لے لی ہے۔", "یہ کال پہلے ہی کسی نے لے لی ہے۔",
	    "پیغام کے چار ہندسے بھیجیں۔", "کوڈ درست نہیں۔ مدد آ رہی ہے۔" } },
	{ "sd",
	  { "هيءَ ڪال توهان ورتي آهي.", "هيءَ ڪال اڳ ۾ ئي ڪنهن ورتي آهي.",
	    "پيغام جا چار انگ موڪليو.", "ڪوڊ صحيح ناهي. مدد اچي رهي آهي." } },
	{ "zh",
	  { "您已接手。", "已有人接手。", "请回复短信中的四位数字。",
	    "代码不正确，救援仍在进行。" } },
};

static const char *
sentence(const struct model *m, const char *language, enum sentence which)
{
	const char *want[] = { language, m->node ? m->node->language : NULL };

	for (size_t w = 0; w < ARRAY_LEN(want); w++)
		for (size_t i = 0; want[w] && i < ARRAY_LEN(sentences); i++)
			if (strncmp(want[w], sentences[i].language, 2) == 0)
				return sentences[i].text[which];
	return sentences[0].text[which];
}

/* In the gateway's answer, or as a text of its own. */
static void
say(struct link *l, const struct gate_report *r, struct id incident, struct id account,
    const char *text)
{
	struct gate *g = l->door->gate;

	if (l->answer)
		buf_add_z(l->answer, text);
	else if (g->cfg.has_texts && sms_may_answer(r->identity))
		page_tell(journal_begin(g->cfg.journal, NULL), incident, account,
			  span_of(r->identity), span_of(text));
}

/* --- cancel -------------------------------------------------------------------- */

bool
answer_cancel(struct link *l, const struct device *d, const struct gate_report *r)
{
	struct gate *g = l->door->gate;
	struct model *m = journal_model(g->cfg.journal);
	enum cancel_answer verdict;
	const struct incident *i;
	const struct signal *s;
	struct principal who;
	struct id signal;

	if (!d || !told_find(g, r->identity, &signal))
		return false;
	principal_of_device(m, d, &who);
	who.is_verified &= r->is_proven;
	if (incident_cancel(journal_begin(g->cfg.journal, &who), signal,
			    span_of(r->code), &verdict) < 0)
		return false;
	s = signal_find(m, signal);
	i = s ? incident_find(m, s->incident) : NULL;
	if (!i)
		return true;
	if (verdict == CANCEL_ANSWER_ACCEPTED) {
		told_done_with(g, i->r.id, r->identity, STAGE_CANCELLED);
		say(l, r, i->r.id, (struct id){ 0 },
		    stage_sentence(m, s->language, STAGE_CANCELLED));
	} else {
		say(l, r, i->r.id, (struct id){ 0 },
		    sentence(m, s->language, SAY_NOT_CANCELLED));
	}
	return true;
}

/* --- a page's answer -------------------------------------------------------------- */

/* The ringing call whose digits these are; without digits the newest that was paged,
 * where numbers of this line are believed. */
static struct incident *
paged(struct gate *g, const struct account *a, const struct gate_report *r)
{
	struct model *m = journal_model(g->cfg.journal);
	struct incident *best = NULL;
	void *v;

	for (size_t at = 0; map_next(&m->tables[NOUN_INCIDENT], &at, NULL, &v);) {
		struct incident *i = v;
		char digits[PAGE_DIGITS + 1];

		if (i->state == INCIDENT_CLOSED || i->r.world != a->r.world)
			continue;
		page_digits(i, a->r.id, journal_node_key(g->cfg.journal), digits);
		if (strcmp(digits, r->code) == 0)
			return i;
		if (!r->code[0] && g->cfg.is_line_believed && r->is_proven &&
		    i->unacknowledged && i->step >= 2 &&
		    (!best || i->r.id.seq > best->r.id.seq))
			best = i;
	}
	return best;
}

static bool
may_try(struct gate *g, struct id account)
{
	int64_t now = net_mono_ms(g->cfg.net);

	if (now - g->wrong_since > WRONG_MS) {
		g->wrong_since = now;
		memset(g->wrong, 0, sizeof g->wrong);
	}
	return g->wrong[account.seq % ARRAY_LEN(g->wrong)] < WRONG_MAX;
}

/* Something rings, so "yes" is to a page and not a call of the officer's own. */
static bool
is_ringing(const struct model *m)
{
	void *v;

	for (size_t at = 0; map_next(&m->tables[NOUN_INCIDENT], &at, NULL, &v);)
		if (((struct incident *)v)->unacknowledged &&
		    ((struct incident *)v)->state != INCIDENT_CLOSED)
			return true;
	return false;
}

bool
answer_take(struct link *l, const struct gate_report *r)
{
	struct gate *g = l->door->gate;
	struct model *m = journal_model(g->cfg.journal);
	const struct account *a = number_officer(g, r->identity);
	struct incident *i = a && may_try(g, a->r.id) ? paged(g, a, r) : NULL;
	struct principal who;
	struct decision *d;
	enum sentence said = SAY_TAKEN;

	if (!a)
		return false;
	if (!i) {
		if (r->code[0])
			g->wrong[a->r.id.seq % ARRAY_LEN(g->wrong)]++;
		log_warn("gate", "page_not_answered", "account=%s why=digits",
			 a->login);
		if (l->answer)
			buf_add_z(l->answer, sentence(m, a->language, SAY_DIGITS));
		return r->code[0] || is_ringing(m);
	}
	principal_of_account(m, a, &who);
	d = journal_begin(g->cfg.journal, &who);
	if (incident_acknowledge(d, i->r.id) < 0)
		said = SAY_TAKEN_BEFORE;
	log_info("gate", "page_answered", "incident=%s account=%s first=%d",
		 i->number ? i->number : "", a->login, said == SAY_TAKEN);
	say(l, r, i->r.id, a->r.id, sentence(m, a->language, said));
	return true;
}

/* --- parts ------------------------------------------------------------------------ */

struct parts {
	char from[GATE_IDENTITY_MAX];
	unsigned ref, total;
	int64_t since; /* wall */
	size_t n_have;
	struct buf text[PARTS_MAX];
};

static void
parts_forget(struct parts *p)
{
	for (size_t i = 0; i < PARTS_MAX; i++)
		buf_done(&p->text[i]);
	*p = (struct parts){ 0 };
}

/* The message that this is a part of; the oldest gives way. */
static struct parts *
parts_of(struct gate *g, const struct gate_report *r, int64_t now)
{
	struct parts *oldest;

	if (!g->parts)
		g->parts = calloc(PARTS_HELD, sizeof *g->parts);
	if (!g->parts)
		abort();
	oldest = g->parts;
	for (size_t i = 0; i < PARTS_HELD; i++) {
		struct parts *p = &g->parts[i];

		if (p->total == r->parts && p->ref == r->part_ref &&
		    now - p->since < PART_MS && strcmp(p->from, r->identity) == 0)
			return p;
		if (p->since < oldest->since)
			oldest = p;
	}
	parts_forget(oldest);
	snprintf(oldest->from, sizeof oldest->from, "%s", r->identity);
	oldest->ref = r->part_ref;
	oldest->total = r->parts;
	oldest->since = now;
	return oldest;
}

bool
parts_take(struct gate *g, const struct gate_report *r, struct span words,
	   struct buf *ret_key, struct buf *ret_all)
{
	int64_t now = net_wall_ms(g->cfg.net);
	struct parts *p = parts_of(g, r, now);
	unsigned at = r->part ? r->part - 1u : 0;

	buf_printf(ret_key, "long-%u-%u-%lld", p->ref, p->total, (long long)p->since);
	if (at >= PARTS_MAX || p->text[at].n)
		return p->n_have > 1; /* again */
	buf_add_span(&p->text[at], words);
	buf_add_c(&p->text[at], 0);
	p->n_have++;
	for (size_t i = 0; i < PARTS_MAX; i++)
		if (p->text[i].n)
			buf_add(ret_all, p->text[i].p, p->text[i].n - 1);
	return p->n_have > 1;
}

void
parts_done(struct gate *g)
{
	for (size_t i = 0; g->parts && i < PARTS_HELD; i++)
		parts_forget(&g->parts[i]);
	free(g->parts);
}
