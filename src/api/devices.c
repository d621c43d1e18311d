/* SPDX-License-Identifier: Apache-2.0 */
/* Orders to devices over HTTP: given, listed, shown to their bearer. */
#include "api/routes.h"

void
device_order_post(struct call *c)
{
	const struct ask_order *ask = (const struct ask_order *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct device_order_args a = {
		.device = c->id,
		.kind = ask->kind,
		.seconds = ask->seconds == FIELD_NONE ? 0 : ask->seconds,
		.for_seconds = ask->for_seconds == FIELD_NONE ? 0 : ask->for_seconds,
		.text = span_of(ask->text ? ask->text : ""),
		.file = ask->file,
	};
	struct id id;

	if (device_order_make(d, &a, &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	view_record(c, &c->out, NOUN_DEVICE_ORDER,
		    model_find(c->m, NOUN_DEVICE_ORDER, id), VIEW_ROOM);
	answer(c, 201);
}

struct orders {
	struct call *c;
	struct pager pager;
};

static bool
offer_order(void *ctx, const struct record *row)
{
	struct orders *l = ctx;
	const struct device_order *o = device_order_find(l->c->m, row->id);
	const struct record *rec = o ? &o->r : row; /* memory is newer than the row */
	enum view v = access_record(l->c->m, l->c->who, NOUN_DEVICE_ORDER, rec);

	if (v == VIEW_NONE)
		return true;
	if ((int64_t)l->pager.n == l->pager.limit) {
		l->pager.has_more = true;
		return false;
	}
	view_record(l->c, &l->c->out, NOUN_DEVICE_ORDER, rec, v);
	l->pager.n++;
	l->pager.last = rec->id.seq;
	return true;
}

static void
list_orders(struct call *c, int column, int64_t equals)
{
	struct store_query q = { .noun = noun_device_order.letter,
				 .column = column,
				 .equals = equals,
				 .is_descending = true,
				 .limit = SIZE_MAX >> 1 };
	struct orders l = { .c = c };

	if (!pager_read(c, &l.pager))
		return;
	q.before = l.pager.after;
	pager_open(c);
	journal_records(c->api->cfg.journal, &q, offer_order, &l);
	pager_close(c, &l.pager);
	answer(c, 200);
}

void
device_orders_list(struct call *c)
{
	struct device *d = device_find(c->m, c->id);

	if (!d || access_record(c->m, c->who, NOUN_DEVICE, &d->r) == VIEW_NONE)
		answer_hidden(c);
	else
		list_orders(c, 1, (int64_t)c->id.seq);
}

void
device_orders_open(struct call *c)
{
	list_orders(c, 0, 1);
}
