/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts: a reader's two cursors in a channel, which only go forward, and
 * acknowledgements of single posts. One event moves a cursor over any number of
 * posts.
 */
#include "model/commands.h"

#include "base/auto.h"

static const struct field ack_fields[] = {
	NOUN_LINE(ack, post, ID, 0, .doc = ""),
	NOUN_LINE(ack, reader, ID, 0, .doc = "who acknowledged"),
	NOUN_LINE(ack, agency, ID, 0, .doc = "of the reader"),
	NOUN_LINE(ack, name, STR, FIELD_SEALED, .doc = "of the reader"),
	NOUN_LINE(ack, version, INT, 0, .doc = "of the post"),
	NOUN_LINE(ack, at, TIME, 0, .doc = ""),
};
NOUN_TABLE(noun_ack, 'y', "acknowledgement", "acknowledgements", ack, ack_fields);

static const struct field receipt_fields[] = {
	NOUN_LINE(receipt, channel, ID, 0, .doc = ""),
	NOUN_LINE(receipt, reader, ID, 0, .doc = "account or token"),
	NOUN_LINE(receipt, agency, ID, 0, .doc = "of the reader"),
	NOUN_LINE(receipt, delivered, INT, FIELD_INNER, .doc = "number of the post"),
	NOUN_LINE(receipt, read, INT, FIELD_INNER, .doc = "number of the post"),
	NOUN_LINE(receipt, delivered_at, TIME, 0, .doc = ""),
	NOUN_LINE(receipt, read_at, TIME, 0, .doc = ""),
};
NOUN_TABLE(noun_receipt, 'q', "receipt", "receipts", receipt, receipt_fields);

void
receipt_key(struct buf *b, struct id channel, struct id reader)
{
	buf_add_span(b, ID_KEY(&channel));
	buf_add_span(b, ID_KEY(&reader));
}

const struct receipt *
receipt_of(const struct model *m, struct id channel, struct id reader)
{
	struct buf AUTO(buf_done) k = { 0 };

	receipt_key(&k, channel, reader);
	return map_get(&m->receipts, buf_span(&k));
}

/* A cursor stands on a post that its reader sees: not on a number between. */
static int
check_stand(struct decision *d, const struct channel *c, struct id post,
	    const char *field)
{
	const struct post *b;

	if (!id_is_set(post))
		return 0;
	b = (struct post *)decision_find(d, NOUN_POST, post);
	if (!b || !id_is(b->channel, c->r.id) ||
	    access_post(d->m, d->actor, b) == VIEW_NONE)
		return refuse(d, 422, "no_such_post", "%s: no such post", field);
	return 0;
}

int
receipt_move(struct decision *d, struct id channel, struct id delivered, struct id read)
{
	struct channel *c = channel_find(d->m, channel);
	const struct receipt *q;
	int64_t was_delivered, was_read, to_delivered, to_read = (int64_t)read.seq;
	struct event e;

	if (channel_side(d->m, c, d->actor) == SIDE_NONE)
		return refuse_hidden(d);
	if (check_stand(d, c, delivered, "delivered") < 0 ||
	    check_stand(d, c, read, "read") < 0)
		return ERR_DENIED;
	q = receipt_of(d->m, channel, d->actor->id);
	was_delivered = q && q->delivered != FIELD_NONE ? q->delivered : 0;
	was_read = q && q->read != FIELD_NONE ? q->read : 0;
	to_delivered = (int64_t)delivered.seq;
	if (to_delivered < to_read)
		to_delivered = to_read; /* who has read it has it */
	if (to_delivered <= was_delivered && to_read <= was_read)
		return 0;
	event_begin(d, &e, EVENT_RECEIPT_MOVED, c->r.world,
		    q ? q->r.id : next_id(d, NOUN_RECEIPT));
	if (!q) {
		PATCH_ID(&e.body, receipt, channel, channel);
		PATCH_ID(&e.body, receipt, reader, d->actor->id);
	}
	if (!q || !id_is(q->agency, d->actor->agency))
		PATCH_ID(&e.body, receipt, agency, d->actor->agency);
	if (to_delivered > was_delivered) {
		PATCH_INT(&e.body, receipt, delivered, to_delivered);
		PATCH_INT(&e.body, receipt, delivered_at, d->now);
	}
	if (to_read > was_read) {
		PATCH_INT(&e.body, receipt, read, to_read);
		PATCH_INT(&e.body, receipt, read_at, d->now);
	}
	event_emit(d, &e);
	return 0;
}

int
post_acknowledge(struct decision *d, struct id id)
{
	struct post *b = (struct post *)decision_find(d, NOUN_POST, id);
	struct event e;

	if (!b || access_post(d->m, d->actor, b) == VIEW_NONE)
		return refuse_hidden(d);
	if (!b->must_ack)
		return refuse(d, 409, "needs_no_ack",
			      "this post asks for no acknowledgement");
	for (size_t k = 0; k < b->n_acks; k++)
		if (id_is(b->acks[k]->reader, d->actor->id) &&
		    b->acks[k]->version == b->version)
			return 0;
	event_begin(d, &e, EVENT_POST_ACKNOWLEDGED, b->r.world, next_id(d, NOUN_ACK));
	PATCH_ID(&e.body, ack, post, id);
	PATCH_ID(&e.body, ack, reader, d->actor->id);
	PATCH_ID(&e.body, ack, agency, d->actor->agency);
	PATCH_STR(&e.body, ack, name, span_of(d->actor->name));
	PATCH_INT(&e.body, ack, version, b->version);
	PATCH_INT(&e.body, ack, at, d->now);
	event_emit(d, &e);
	return 0;
}
