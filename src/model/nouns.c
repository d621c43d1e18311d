/* SPDX-License-Identifier: Apache-2.0 */
/* The list of nouns, their shelf columns and the keys that seal them. */
#include "model/model.h"

#include "base/crypt.h"

const struct noun *const nouns[NOUN__COUNT] = {
	[NOUN_NODE] = &noun_node,
	[NOUN_AGENCY] = &noun_agency,
	[NOUN_SITE] = &noun_site,
	[NOUN_UNIT] = &noun_unit,
	[NOUN_ACCOUNT] = &noun_account,
	[NOUN_TOKEN] = &noun_token,
	[NOUN_INVITATION] = &noun_invitation,
	[NOUN_DEVICE] = &noun_device,
	[NOUN_RUN_CARD] = &noun_run_card,
	[NOUN_SIGNAL] = &noun_signal,
	[NOUN_ROLL] = &noun_roll,
	[NOUN_INCIDENT] = &noun_incident,
	[NOUN_ASSIGNMENT] = &noun_assignment,
	[NOUN_NOTE] = &noun_note,
	[NOUN_PAGE] = &noun_page,
	[NOUN_SESSION] = &noun_session,
	[NOUN_PERSON] = &noun_person,
	[NOUN_GRANT] = &noun_grant,
	[NOUN_OPENING] = &noun_opening,
	[NOUN_CHANNEL] = &noun_channel,
	[NOUN_MEMBER] = &noun_member,
	[NOUN_POST] = &noun_post,
	[NOUN_ACK] = &noun_ack,
	[NOUN_RECEIPT] = &noun_receipt,
	[NOUN_FILE] = &noun_file,
	[NOUN_DUTY_PHONE] = &noun_duty_phone,
	[NOUN_EXPORT] = &noun_export,
	[NOUN_ADVISORY] = &noun_advisory,
	[NOUN_CAP_RULE] = &noun_cap_rule,
	[NOUN_SERIES] = &noun_series,
	[NOUN_MEETING] = &noun_meeting,
	[NOUN_CALENDAR] = &noun_calendar,
	[NOUN_MATTER] = &noun_matter,
	[NOUN_ACTION] = &noun_action,
	[NOUN_ORDER] = &noun_order,
	[NOUN_DEVICE_ORDER] = &noun_device_order,
	[NOUN_BOOK] = &noun_book,
	[NOUN_PLAN] = &noun_plan,
	[NOUN_POINT] = &noun_point,
	[NOUN_VISIT] = &noun_visit,
	[NOUN_REVIEW] = &noun_review,
	[NOUN_FINDING] = &noun_finding,
	[NOUN_CLOSURE] = &noun_closure,
	[NOUN_HOLD] = &noun_hold,
	[NOUN_ERASURE] = &noun_erasure,
};

const char *const world_ask_names[] = { "", "live", "training", NULL };

enum noun_index
noun_by_letter(char letter)
{
	for (int n = 0; n < NOUN__COUNT; n++)
		if (nouns[n]->letter == letter)
			return n;
	return NOUN__COUNT;
}

int64_t
column_hash(struct span a, struct span b)
{
	/* the low halves cross, so that ("ab", "c") is not ("a", "bc") */
	uint64_t x = crypt_short(a), y = crypt_short(b);

	return (int64_t)(((x << 21 | x >> 43) ^ y) >> 1);
}

static int64_t
seq_or_none(struct id id)
{
	return id_is_set(id) ? (int64_t)id.seq : FIELD_NONE;
}

/* A post's third: the thread it answers in, or the day on which its thread is
 * erased, negative. */
static void
talk_columns(enum noun_index n, const struct record *rec, int64_t k[3])
{
	if (n == NOUN_MEMBER) {
		k[0] = seq_or_none(((const struct member *)rec)->channel);
	} else if (n == NOUN_POST) {
		const struct post *b = (const struct post *)rec;

		k[0] = seq_or_none(b->channel);
		k[1] = b->key ? column_hash(ID_KEY(&b->author), span_of(b->key))
			      : FIELD_NONE;
		if (id_is_set(b->thread))
			k[2] = (int64_t)b->thread.seq;
		else if (b->erased_at == TIME_NONE && b->erase_day != FIELD_NONE)
			k[2] = -b->erase_day;
	} else if (n == NOUN_ACK) {
		k[0] = seq_or_none(((const struct ack *)rec)->post);
	} else if (n == NOUN_RECEIPT) {
		k[0] = seq_or_none(((const struct receipt *)rec)->channel);
	} else if (n == NOUN_EXPORT) {
		k[0] = seq_or_none(((const struct export *)rec)->channel);
	} else if (n == NOUN_FILE) {
		const struct file *f = (const struct file *)rec;

		k[0] = seq_or_none(f->channel);
		k[1] = f->erased_at != TIME_NONE ? FIELD_NONE
		       : id_is_set(f->incident)  ? FILE_RECORDING
		       : !f->posts               ? FILE_LOOSE
						 : FIELD_NONE;
	}
}

void
noun_columns(enum noun_index n, const struct record *rec, int64_t k[3])
{
	k[0] = k[1] = k[2] = FIELD_NONE;
	if (n == NOUN_SIGNAL) {
		const struct signal *s = (const struct signal *)rec;

		k[0] = seq_or_none(s->incident);
		k[1] = column_hash(span_of(s->source), span_of(s->key));
	} else if (n == NOUN_INCIDENT) {
		const struct incident *i = (const struct incident *)rec;

		/* open; or the day on which it was closed, negative; or erased */
		k[0] = i->state != INCIDENT_CLOSED ? 1
		       : i->erased_at == TIME_NONE && i->m_closed != TIME_NONE
			       ? -(i->m_closed / 86400000)
			       : FIELD_NONE;
		k[1] = seq_or_none(i->site);
		k[2] = seq_or_none(i->agency);
	} else if (n == NOUN_ASSIGNMENT) {
		const struct assignment *a = (const struct assignment *)rec;

		k[0] = seq_or_none(a->incident);
		k[1] = seq_or_none(a->unit);
	} else if (n == NOUN_NOTE) {
		k[0] = seq_or_none(((const struct note *)rec)->incident);
	} else if (n == NOUN_ROLL) {
		k[0] = seq_or_none(((const struct roll *)rec)->incident);
	} else if (n == NOUN_SESSION) {
		k[0] = ((const struct session *)rec)->ended ? FIELD_NONE : 1;
	} else if (n == NOUN_GRANT) {
		const struct grant *g = (const struct grant *)rec;

		k[0] = grant_is_live(g) ? 1 : FIELD_NONE;
		k[1] = seq_or_none(g->agency);
		k[2] = seq_or_none(g->to);
	} else if (n == NOUN_DEVICE_ORDER) {
		const struct device_order *o = (const struct device_order *)rec;

		k[0] = device_order_is_open(o) ? 1 : FIELD_NONE;
		k[1] = seq_or_none(o->device);
		k[2] = seq_or_none(o->unit);
	} else if (n == NOUN_OPENING) {
		const struct opening *o = (const struct opening *)rec;

		k[0] = seq_or_none(o->grant);
		k[1] = seq_or_none(o->owner);
		k[2] = seq_or_none(o->agency);
	} else if (n == NOUN_VISIT) {
		const struct visit *v = (const struct visit *)rec;

		k[0] = seq_or_none(v->point);
		k[1] = seq_or_none(v->agency);
		k[2] = v->state == VISIT_MISSED ? 1 : FIELD_NONE;
	} else if (n == NOUN_PAGE) {
		const struct page *p = (const struct page *)rec;

		k[0] = p->state == PAGE_WAITING ? 1 : FIELD_NONE;
		k[1] = seq_or_none(p->incident);
	} else {
		talk_columns(n, rec, k);
	}
}

/* The site that a part of a register is of. */
static struct id
site_of_part(enum noun_index n, const struct record *rec)
{
	switch (n) {
	case NOUN_PLAN:
		return ((const struct plan *)rec)->site;
	case NOUN_POINT:
		return ((const struct point *)rec)->site;
	case NOUN_VISIT:
		return ((const struct visit *)rec)->site;
	case NOUN_REVIEW:
		return ((const struct review *)rec)->site;
	case NOUN_FINDING:
		return ((const struct finding *)rec)->site;
	default:
		return (struct id){ 0 };
	}
}

int64_t
noun_key_slot(enum noun_index n, const struct record *rec)
{
	switch (n) {
	case NOUN_ACCOUNT:
		return ((const struct account *)rec)->key_slot;
	case NOUN_PERSON:
		return ((const struct person *)rec)->key_slot;
	case NOUN_INCIDENT:
		return ((const struct incident *)rec)->key_slot;
	case NOUN_DEVICE:
		return ((const struct device *)rec)->key_slot;
	case NOUN_DEVICE_ORDER:
		return ((const struct device_order *)rec)->key_slot;
	case NOUN_POST:
		return ((const struct post *)rec)->key_slot;
	case NOUN_DUTY_PHONE:
		return ((const struct duty_phone *)rec)->key_slot;
	case NOUN_FILE:
		return ((const struct file *)rec)->key_slot;
	case NOUN_MEETING:
		return ((const struct meeting *)rec)->key_slot;
	case NOUN_MATTER:
		return ((const struct matter *)rec)->key_slot;
	case NOUN_ACTION:
		return ((const struct action *)rec)->key_slot;
	case NOUN_ORDER:
		return ((const struct order *)rec)->key_slot;
	case NOUN_BOOK:
		return ((const struct book *)rec)->key_slot;
	default:
		return FIELD_NONE;
	}
}

int64_t
model_key_slot(const struct model *m, enum noun_index n, const struct record *rec)
{
	struct id in = { 0 };
	const struct incident *i;
	const struct site *s = site_find(m, site_of_part(n, rec));

	if (s)
		return s->book ? s->book->key_slot : FIELD_NONE;
	if (noun_key_slot(n, rec) != FIELD_NONE)
		return noun_key_slot(n, rec);
	if (n == NOUN_PAGE) {
		const struct account *a =
			account_find(m, ((const struct page *)rec)->account);

		if (a)
			return a->key_slot;
		in = ((const struct page *)rec)->incident;
	}
	if (n == NOUN_ACK) {
		const struct post *b = post_find(m, ((const struct ack *)rec)->post);

		return b ? b->key_slot : FIELD_NONE;
	}
	if (n == NOUN_SIGNAL)
		in = ((const struct signal *)rec)->incident;
	else if (n == NOUN_NOTE)
		in = ((const struct note *)rec)->incident;
	else if (n == NOUN_ROLL)
		in = ((const struct roll *)rec)->incident;
	else if (n == NOUN_ASSIGNMENT)
		in = ((const struct assignment *)rec)->incident;
	i = incident_find(m, in);
	return i ? i->key_slot : FIELD_NONE;
}
