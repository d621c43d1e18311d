/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What those who wrote are told: each stage once, as a page of the second path's
 * spool, or in the gateway's own answer. The number of the call and a sentence, no
 * more: a telephone lies open on a table.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "gate/wire/sms.h"
#include "model/stage.h"

#include <stdio.h>
#include <stdlib.h>

/* One number that called in one incident. */
struct caller {
	struct id incident, signal;
	unsigned told; /* bits of enum stage_id */
	char phone[GATE_IDENTITY_MAX];
};

static struct span
caller_key(struct buf *b, struct id incident, const char *phone)
{
	id_format(b, incident);
	buf_add_c(b, ' ');
	buf_add_z(b, phone);
	return buf_span(b);
}

static void
sentence_of(const struct gate *g, const struct incident *i, const struct signal *s,
	    enum stage_id stage, struct buf *b)
{
	if (i->number)
		buf_printf(b, "%s: ", i->number);
	buf_add_z(b, stage_sentence(journal_model(g->cfg.journal), s->language, stage));
}

static size_t
stages_now(struct gate *g, const struct caller *c, const struct signal **ret_signal,
	   const struct incident **ret_incident, struct stage ret[STAGES_MAX])
{
	struct model *m = journal_model(g->cfg.journal);
	const struct device *d;
	struct principal who;

	*ret_signal = signal_find(m, c->signal);
	*ret_incident = incident_find(m, c->incident);
	if (!*ret_signal || !*ret_incident)
		return 0;
	d = device_find(m, (*ret_signal)->source_id);
	if (d)
		principal_of_device(m, d, &who);
	else
		principal_anonymous(&who, c->phone);
	return stages_of(*ret_signal, *ret_incident, &who, ret);
}

/* Says the newest stage that was not told yet; those before it need no words. */
static void
tell(struct gate *g, struct caller *c)
{
	struct buf AUTO(buf_done) text = { 0 };
	struct stage stages[STAGES_MAX];
	const struct incident *i;
	const struct signal *s;
	size_t n = stages_now(g, c, &s, &i, stages);

	if (!n || (c->told & 1u << stages[n - 1].id))
		return;
	for (size_t k = 0; k < n; k++)
		c->told |= 1u << stages[k].id;
	sentence_of(g, i, s, stages[n - 1].id, &text);
	page_tell(journal_begin(g->cfg.journal, NULL), i->r.id, (struct id){ 0 },
		  span_of(c->phone), buf_span(&text));
}

static struct caller *
caller_add(struct gate *g, struct id incident, struct id signal, const char *phone)
{
	struct buf AUTO(buf_done) k = { 0 };
	struct span key = caller_key(&k, incident, phone);
	struct caller *c = map_get(&g->callers, key);

	if (c || !sms_may_answer(phone))
		return c;
	c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->incident = incident;
	c->signal = signal;
	snprintf(c->phone, sizeof c->phone, "%s", phone);
	map_put(&g->callers, key, c);
	return c;
}

void
told_press(struct gate *g, const struct press_result *r, const char *phone,
	   struct buf *answer)
{
	struct caller *c = caller_add(g, r->incident, r->signal, phone);
	struct stage stages[STAGES_MAX];
	const struct incident *i;
	const struct signal *s;
	size_t n;

	if (!c)
		return;
	if (!answer) {
		if (g->cfg.has_texts)
			tell(g, c);
		return;
	}
	n = stages_now(g, c, &s, &i, stages);
	if (!n)
		return;
	sentence_of(g, i, s, stages[n - 1].id, answer);
	for (size_t k = 0; k < n; k++)
		c->told |= 1u << stages[k].id;
}

bool
told_find(struct gate *g, const char *phone, struct id *ret_signal)
{
	uint64_t newest = 0;
	void *v;

	for (size_t at = 0; map_next(&g->callers, &at, NULL, &v);) {
		const struct caller *c = v;

		if (strcmp(c->phone, phone) == 0 && c->signal.seq >= newest) {
			newest = c->signal.seq;
			*ret_signal = c->signal;
		}
	}
	return newest > 0;
}

void
told_done_with(struct gate *g, struct id incident, const char *phone, unsigned stage)
{
	struct buf AUTO(buf_done) k = { 0 };
	struct caller *c = map_get(&g->callers, caller_key(&k, incident, phone));

	if (c)
		c->told |= 1u << stage;
}

void
told_on_event(struct gate *g, const struct event *e)
{
	enum noun_index n = event_infos[e->type].noun;
	struct caller *list[64];
	size_t n_list = 0;
	void *v;

	if (!g->callers.n || !id_is_set(e->incident) ||
	    (n != NOUN_INCIDENT && n != NOUN_ASSIGNMENT))
		return;
	for (size_t at = 0;
	     n_list < ARRAY_LEN(list) && map_next(&g->callers, &at, NULL, &v);)
		if (id_is(((struct caller *)v)->incident, e->incident))
			list[n_list++] = v;
	for (size_t k = 0; k < n_list; k++) {
		struct buf AUTO(buf_done) key = { 0 };

		if (g->cfg.has_texts)
			tell(g, list[k]);
		if (e->type == EVENT_INCIDENT_CLOSED)
			free(map_remove(&g->callers,
					caller_key(&key, e->incident, list[k]->phone)));
	}
}

/* After a start: who called in what is open. What is so now counts as told. */
void
told_load(struct gate *g)
{
	struct model *m = journal_model(g->cfg.journal);
	void *v;

	for (size_t at = 0; map_next(&m->tables[NOUN_SIGNAL], &at, NULL, &v);) {
		const struct signal *s = v;
		const struct incident *i = incident_find(m, s->incident);
		const struct device *d = device_find(m, s->source_id);
		struct stage stages[STAGES_MAX];
		struct caller *c;
		size_t n;

		if (!i || i->state == INCIDENT_CLOSED || !s->door || !d ||
		    strcmp(s->door, "sms") != 0 || !d->identity)
			continue;
		c = caller_add(g, i->r.id, s->r.id, d->identity);
		n = c ? stages_now(g, c, &s, &i, stages) : 0;
		for (size_t k = 0; k < n; k++)
			c->told |= 1u << stages[k].id;
	}
}

void
told_close(struct gate *g)
{
	void *v;

	for (size_t at = 0; map_next(&g->callers, &at, NULL, &v);)
		free(v);
	map_done(&g->callers);
}
