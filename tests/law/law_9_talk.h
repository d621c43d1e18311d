/* SPDX-License-Identifier: Apache-2.0 */
/* The part of law 9's world that is about channels. */
#pragma once

static struct id
say(struct world *w, const struct principal *who, struct id to, const char *files,
    bool must_ack)
{
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;
	struct id id;
	bool is_new;

	patch_init(&p, &noun_post);
	PATCH_ENUM(&p, post, kind, POST_SITUATION);
	PATCH_STR(&p, post, text, SPAN("words"));
	if (must_ack)
		PATCH_ENUM(&p, post, must_ack, ACK_AGENCY);
	if (files)
		PATCH_STR(&p, post, files, span_of(files));
	if (id_is_set(to)) {
		jw_open(&list, '[');
		jw_id(&list, to);
		jw_close(&list, ']');
		PATCH_STR(&p, post, to, buf_span(&list));
	}
	assert_int_equal(post_make(town_by(&w->t, who), w->channel, &p, &id, &is_new),
			 0);
	assert_true(is_new);
	return id;
}

/* The missions' group: the mission's liaison posts a file and reads, the room asks the
 * mission to acknowledge and its gate does. */
static void
make_talk(struct world *w)
{
	struct town *t = &w->t;
	struct principal *liaison = &w->who[LIAISON];
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;
	struct id asked;
	void *rec;

	w->channel = channel_missions(t->m)->r.id;
	for (size_t i = 0; map_next(&t->m->members, &i, NULL, &rec);)
		if (id_is(((struct member *)rec)->agency, t->mission))
			w->member = ((struct member *)rec)->r.id;
	assert_int_equal(file_keep(town_by(t, liaison), w->channel,
				   &(struct file_args){ .name = SPAN("a.txt"),
							.media = SPAN("text/plain"),
							.stored = SPAN("00"),
							.hash = SPAN("00"),
							.content_key = SPAN("00"),
							.size = 1 },
				   &w->file),
			 0);
	jw_open(&list, '[');
	jw_id(&list, w->file);
	jw_close(&list, ']');
	w->post = say(w, liaison, NO_ID, list.p, false);
	asked = say(w, &t->room, t->mission, NULL, true);
	w->ack = next_id(town_by(t, &t->gate), NOUN_ACK);
	assert_int_equal(post_acknowledge(town_by(t, &t->gate), asked), 0);
	w->receipt = next_id(town_by(t, liaison), NOUN_RECEIPT);
	assert_int_equal(receipt_move(town_by(t, liaison), w->channel, asked, asked),
			 0);
	patch_init(&p, &noun_duty_phone);
	PATCH_STR(&p, duty_phone, label, SPAN("night"));
	PATCH_STR(&p, duty_phone, phone, SPAN("15"));
	assert_int_equal(duty_phone_put(town_by(t, liaison), NO_ID, &p, &w->duty), 0);
	patch_init(&p, &noun_export);
	PATCH_INT(&p, export, since, 1);
	PATCH_INT(&p, export, until, 2);
	PATCH_STR(&p, export, reason, SPAN("court"));
	assert_int_equal(export_ask(town_by(t, liaison), w->channel, &p, &w->export),
			 0);
}
