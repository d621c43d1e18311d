/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the random script that is about channels. */
#pragma once

static inline void
script_list(struct script *s, struct patch *p, size_t off, enum noun_index n)
{
	struct buf AUTO(buf_done) b = { 0 };

	jw_open(&b, '[');
	jw_id(&b, pick_id(s, n));
	jw_close(&b, ']');
	patch_str(p, off, buf_span(&b));
}

static inline int
script_channel(struct script *s, struct decision *d)
{
	struct member as = { .side = (int)pick(s, 4) };
	struct patch p;
	struct id id;
	int rc;

	switch (pick(s, 4)) {
	case 0:
		patch_init(&p, &noun_channel);
		PATCH_STR(&p, channel, name, SPAN("channel"));
		PATCH_ENUM(&p, channel, shape, 1 + (int)pick(s, 2));
		rc = channel_make(d, &p, &id);
		patch_done(&p);
		return rc;
	case 1:
		patch_init(&p, &noun_channel);
		PATCH_STR(&p, channel, about, span_of(pick_text(s)));
		PATCH_BOOL(&p, channel, hold, pick(s, 2));
		PATCH_STR(&p, channel, keep_days, SPAN("{\"question\":2}"));
		rc = channel_change(d, pick_id(s, NOUN_CHANNEL), &p);
		patch_done(&p);
		return rc;
	case 2:
		if (pick(s, 2))
			as.agency = pick_id(s, NOUN_AGENCY);
		else
			as.account = pick_id(s, NOUN_ACCOUNT);
		return member_add(d, pick_id(s, NOUN_CHANNEL), &as, &id);
	default: /* seldom: else nobody is left */
		return pick(s, 4) ? refuse_hidden(d)
				  : member_remove(d, pick_id(s, NOUN_MEMBER));
	}
}

static inline int
script_post(struct script *s, struct decision *d)
{
	struct id channel =
		pick(s, 3) ? channel_missions(s->t->m)->r.id : pick_id(s, NOUN_CHANNEL);
	struct patch p;
	struct id id;
	bool is_new;
	int rc;

	patch_init(&p, &noun_post);
	PATCH_ENUM(&p, post, kind, 1 + (int)pick(s, 6));
	PATCH_ENUM(&p, post, tlp, (int)pick(s, 6));
	PATCH_ENUM(&p, post, must_ack, pick(s, 3) ? 0 : 1 + (int)pick(s, 2));
	if (pick(s, 8))
		PATCH_STR(&p, post, text, span_of(pick_text(s)));
	if (pick(s, 4) == 0)
		PATCH_ID(&p, post, reply_to, pick_id(s, NOUN_POST));
	if (pick(s, 8) == 0)
		PATCH_ID(&p, post, forward_of, pick_id(s, NOUN_POST));
	if (pick(s, 4) == 0)
		script_list(s, &p, offsetof(struct post, to), NOUN_AGENCY);
	if (((struct post *)p.rec)->tlp == TLP_RED)
		script_list(s, &p, offsetof(struct post, recipients), NOUN_ACCOUNT);
	if (pick(s, 6) == 0)
		script_list(s, &p, offsetof(struct post, files), NOUN_FILE);
	if (pick(s, 6) == 0)
		PATCH_STR(&p, post, broadcast, SPAN("{\"all\":true}"));
	if (pick(s, 3) == 0)
		PATCH_STR(&p, post, key,
			  pick(s, 2) ? SPAN("k1") : SPAN("quote \" back"));
	if (pick(s, 6) == 0)
		PATCH_INT(&p, post, expires_at, d->now + 60000);
	rc = post_make(d, channel, &p, &id, &is_new);
	patch_done(&p);
	return rc;
}

static inline int
script_file(struct script *s, struct decision *d)
{
	struct file_args a = { .name = span_of(pick_text(s)),
			       .media = SPAN("text/plain"),
			       .stored = SPAN("0a"),
			       .hash = SPAN("0b"),
			       .content_key = SPAN("0c"),
			       .size = 7 };
	struct id id, place = pick(s, 3)   ? channel_missions(s->t->m)->r.id
			      : pick(s, 2) ? pick_id(s, NOUN_ORDER)
					   : pick_id(s, NOUN_SITE);

	return pick(s, 8) ? file_keep(d, place, &a, &id)
			  : file_erase(d, pick_id(s, NOUN_FILE));
}

/* What is done with a post that is there. */
static inline int
script_change_post(struct script *s, struct decision *d)
{
	struct post_words w = { .text = span_of(pick_text(s)), .language = SPAN("ur") };
	struct id id = pick_id(s, NOUN_POST), own;
	struct post *b = post_find(s->t->m, id);
	struct principal p;

	if (pick(s, 3) == 0) /* seldom is one asked for that is to be known */
		for (int k = 0; k < 20 && !(b && b->must_ack); k++)
			b = post_find(s->t->m, pick_id(s, NOUN_POST));
	if (b && pick(s, 2) && account_find(s->t->m, b->author)) {
		principal_of_account(s->t->m, account_find(s->t->m, b->author), &p);
		d->actor = &p;
	}
	if (b && b->must_ack)
		return post_acknowledge(d, b->r.id);
	own = b ? b->channel : pick_id(s, NOUN_CHANNEL);
	switch (pick(s, 10)) {
	case 0:
		return post_correct(d, id, &w, SPAN("why"));
	case 1:
		return post_translate(d, id, &w);
	case 2:
		return post_pin(d, id, pick(s, 2));
	case 3:
		return post_hold(d, id, pick(s, 2));
	case 4:
		return post_expire(d, id);
	case 5:
		return pick(s, 2) ? post_settle(d, id) : post_chase(d, id);
	case 6:
		return pick(s, 4) ? 0 : post_erase(d, id);
	default:
		return receipt_move(d, own, id, pick_id(s, NOUN_POST));
	}
}

static inline int
script_duty(struct script *s, struct decision *d)
{
	struct patch p;
	struct id id;
	int rc;

	if (pick(s, 2)) {
		patch_init(&p, &noun_export);
		PATCH_INT(&p, export, since, 1);
		PATCH_INT(&p, export, until, 1 + (int64_t)pick(s, 3));
		PATCH_STR(&p, export, reason, SPAN("for \xff court"));
		rc = pick(s, 2)
			     ? export_ask(d, channel_missions(s->t->m)->r.id, &p, &id)
		     : pick(s, 2)
			     ? export_decide(d, pick_id(s, NOUN_EXPORT), pick(s, 2),
					     span_of(pick_text(s)))
			     : export_open(d, pick_id(s, NOUN_EXPORT), SPAN("hash"));
		patch_done(&p);
		return rc;
	}
	patch_init(&p, &noun_duty_phone);
	PATCH_STR(&p, duty_phone, label, SPAN("رات"));
	PATCH_STR(&p, duty_phone, phone, SPAN("15"));
	rc = duty_phone_put(d, pick(s, 2) ? NO_ID : pick_id(s, NOUN_DUTY_PHONE), &p,
			    &id);
	patch_done(&p);
	return rc;
}

static inline int
script_talk(struct script *s, struct decision *d)
{
	switch (pick(s, 8)) {
	case 0:
		return script_channel(s, d);
	case 1:
	case 2:
		return script_post(s, d);
	case 3:
		return script_file(s, d);
	case 4:
		return script_duty(s, d);
	default:
		return script_change_post(s, d);
	}
}
