/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who writes: telephone numbers of sites, people, officers and of the cards in
 * trackers. A number can be feigned, so it tells a place and a name and proves
 * nothing; only a number that is a bound device, brought by a gateway that showed
 * its secret, is believed as that device's trust says.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "gate/wire/pick.h"
#include "gate/wire/sms.h"

#include <stdlib.h>

#define TAIL 7 /* digits that a number is looked up by */

struct number {
	struct id of; /* site, person or device */
	struct number *next;
	char text[];
};

static bool
tail_of(const char *number, char ret[TAIL + 1])
{
	size_t n = 0;

	for (const char *p = number + strlen(number); p > number && n < TAIL; p--)
		if (p[-1] >= '0' && p[-1] <= '9')
			ret[TAIL - ++n] = p[-1];
	ret[TAIL] = 0;
	return n == TAIL;
}

static void
number_add(struct gate *g, struct id of, struct span text)
{
	char tail[TAIL + 1];
	struct number *n = calloc(1, sizeof *n + text.n + 1);

	if (!n)
		abort();
	n->of = of;
	memcpy(n->text, text.p, text.n);
	if (!tail_of(n->text, tail)) {
		free(n);
		return;
	}
	n->next = map_put(&g->numbers, span_of(tail), n);
}

/* [{"label":…,"number":…}] */
static void
numbers_add(struct gate *g, struct id of, const char *phones)
{
	struct span rest = span_of(phones ? phones : ""), one;

	if (rest.n && rest.p[0] == '[')
		rest = span_skip(rest, 1);
	while ((one = pick_json_value(&rest)).n) {
		struct span number = pick_json(one, "number");

		if (number.n)
			number_add(g, of, number);
		rest = span_trim(rest);
		if (!rest.n || rest.p[0] != ',')
			break;
		rest = span_skip(rest, 1);
	}
}

void
numbers_forget(struct gate *g)
{
	void *v;

	for (size_t at = 0; map_next(&g->numbers, &at, NULL, &v);)
		for (struct number *n = v, *next; n; n = next) {
			next = n->next;
			free(n);
		}
	map_done(&g->numbers);
	g->has_numbers = false;
}

static void
numbers_load(struct gate *g)
{
	struct model *m = journal_model(g->cfg.journal);
	void *v;

	for (size_t at = 0; map_next(&m->tables[NOUN_SITE], &at, NULL, &v);)
		if (!((struct site *)v)->disabled)
			numbers_add(g, ((struct site *)v)->r.id,
				    ((struct site *)v)->phones);
	for (size_t at = 0; map_next(&m->tables[NOUN_PERSON], &at, NULL, &v);)
		if (((struct person *)v)->state == PERSON_ACTIVE)
			numbers_add(g, ((struct person *)v)->r.id,
				    ((struct person *)v)->phones);
	for (size_t at = 0; map_next(&m->tables[NOUN_DEVICE], &at, NULL, &v);) {
		struct device *d = v;

		if (d->state == DEVICE_BOUND && d->phone)
			number_add(g, d->r.id, span_of(d->phone));
	}
	g->has_numbers = true;
}

/* Where one of these is at home; false: nowhere. */
static bool
home_of(const struct model *m, struct id of, struct principal *ret)
{
	const struct device *d = device_find(m, of);
	const struct person *p = person_find(m, d ? d->bound_to : of);
	struct id at = p   ? (id_is_set(p->unit) ? p->unit : p->site)
		       : d ? d->bound_to
			   : of;
	const struct site *s = site_find(m, at);
	const struct unit *u = unit_find(m, at);

	if (!s && !u)
		return false;
	ret->site = s ? s->r.id : (struct id){ 0 };
	ret->unit = u ? u->r.id : (struct id){ 0 };
	ret->agency = s ? s->agency : u->agency;
	ret->world = s ? s->r.world : u->r.world;
	return true;
}

bool
number_place(struct gate *g, const char *number, struct principal *who)
{
	struct model *m = journal_model(g->cfg.journal);
	struct principal found = *who;
	char tail[TAIL + 1];
	bool has = false;

	if (!sms_may_answer(number) || !tail_of(number, tail))
		return false;
	if (!g->has_numbers)
		numbers_load(g);
	for (const struct number *n = map_get(&g->numbers, span_of(tail)); n;
	     n = n->next) {
		struct principal p = *who;

		if (!sms_is_same_number(span_of(number), span_of(n->text)) ||
		    !home_of(m, n->of, &p))
			continue;
		if (has && (!id_is(p.site, found.site) || !id_is(p.unit, found.unit)))
			return false; /* of two places: none of them is sure */
		found = p;
		has = true;
	}
	if (has)
		*who = found;
	return has;
}

const struct account *
number_officer(struct gate *g, const char *number)
{
	struct model *m = journal_model(g->cfg.journal);
	void *v;

	for (size_t at = 0; map_next(&m->tables[NOUN_ACCOUNT], &at, NULL, &v);) {
		const struct account *a = v;

		if (a->phone && !a->disabled && a->role == ROLE_DUTY_OFFICER &&
		    sms_is_same_number(span_of(number), span_of(a->phone)))
			return a;
	}
	return NULL;
}
