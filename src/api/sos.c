/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The press. Only a missing key or unreadable JSON is refused; what is odd is
 * kept and labelled. Anyone may call: a caller without a valid credential gets
 * the same answer, as unverified.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/utf8.h"
#include "model/stage.h"

#include <stdlib.h>

#define KEY_MAX 200
#define KIND_MAX 40
#define MESSAGE_MAX 4000

struct press_ask {
	struct press_args a;
	struct buf labels, message;
};

static void
label(struct press_ask *p, const char *word)
{
	if (p->labels.n)
		p->labels.n--;
	else
		buf_add_c(&p->labels, '[');
	jw_str(&p->labels, span_of(word));
	buf_add_c(&p->labels, ']');
}

static struct span
word_of(struct press_ask *p, const json_t *obj, const char *key, size_t most)
{
	const json_t *v = json_object_get(obj, key);
	struct span s = json_str(obj, key);

	if (!v || json_is_null(v))
		return (struct span){ 0 };
	if (!s.p || s.n > most || memchr(s.p, 0, s.n)) {
		label(p, "odd_field");
		if (!s.p)
			return (struct span){ 0 };
		if (memchr(s.p, 0, s.n))
			s.n = strlen(s.p);
		if (s.n > most)
			s.n = most;
		while (s.n && !utf8_is_valid(s))
			s.n--; /* not in the middle of a letter */
	}
	return s;
}

static void
read_position(struct press_ask *p, const json_t *v)
{
	const json_t *lat = json_object_get(v, "lat"), *lon = json_object_get(v, "lon");
	double acc = json_number_value(json_object_get(v, "accuracy_m"));

	if (!v || json_is_null(v))
		return;
	if (!json_is_number(lat) || !json_is_number(lon) ||
	    !geo_position(json_number_value(lat), json_number_value(lon),
			  &p->a.position)) {
		label(p, "odd_position");
		return;
	}
	if (acc > 0 && acc < 1e7)
		p->a.position.accuracy_m = (int32_t)acc;
}

static bool
flag_of(const json_t *obj, const char *key)
{
	return json_is_true(json_object_get(obj, key));
}

static void
read_press(struct press_ask *p, const json_t *o)
{
	struct span site, at;

	p->a.kind = word_of(p, o, "kind", KIND_MAX);
	p->a.message = word_of(p, o, "message", MESSAGE_MAX);
	p->a.language = word_of(p, o, "language", 16);
	p->a.is_test = flag_of(o, "test");
	p->a.is_silent = flag_of(o, "silent");
	p->a.claimed_at = TIME_NONE;
	site = word_of(p, o, "site", 64);
	if (site.n && id_parse(site, &p->a.site) < 0)
		label(p, "site_not_known");
	at = word_of(p, o, "at", 40);
	if (at.n && time_parse(at, &p->a.claimed_at) < 0)
		label(p, "odd_time");
	read_position(p, json_object_get(o, "position"));
	p->a.door = SPAN("api");
	p->a.labels = buf_span(&p->labels);
}

static void
write_pressed(struct call *c, const struct press_result *r)
{
	struct incident *i = (struct incident *)journal_find(
		c->api->cfg.journal, NOUN_INCIDENT, r->incident);
	struct signal *s = (struct signal *)journal_find(c->api->cfg.journal,
							 NOUN_SIGNAL, r->signal);
	struct buf *b = &c->out;

	jw_open(b, '{');
	jw_kid(b, "signal", r->signal);
	jw_kid(b, "incident", r->incident);
	jw_kz(b, "number", i ? i->number : "");
	jw_kz(b, "state", i ? incident_state_names[shown_state(i, c->who)] : "new");
	jw_kz(b, "trust",
	      s && s->trust == TRUST_VERIFIED ? trust_names[TRUST_VERIFIED]
					      : trust_names[TRUST_UNVERIFIED]);
	if (!dispatch_is_heard(c->api->cfg.dispatch)) {
		/* rule 4: no console has its sound on, so say: telephone */
		jw_kbool(b, "telephone", true);
		jw_kz(b, "phone", c->m->node->emergency_phone);
	}
	jw_close(b, '}');
}

/* The body and its key; false after a refusal. */
static bool
read_call(struct call *c, struct press_ask *p)
{
	struct json_err je;

	c->body = json_read(c->req->body, &je);
	if (!c->body) {
		c->body = json_read_loose(c->req->body, NULL);
		if (c->body)
			label(p, "doubled_key");
	}
	if (!c->body) {
		answer_problem(c, 400, "bad_json", "line %d, column %d: %s", je.line,
			       je.column, je.text);
		return false;
	}
	p->a.key = json_str(c->body, "key");
	if (!p->a.key.n || p->a.key.n > KEY_MAX || memchr(p->a.key.p, 0, p->a.key.n)) {
		answer_problem(c, 400, "no_key",
			       "key: a text of 1 to %d bytes is needed", KEY_MAX);
		return false;
	}
	if (c->auth.how == AUTH_BAD)
		label(p, "bad_credential");
	read_press(p, c->body);
	return true;
}

/* Without a place of its own a unit's call gets the last good one, and says so; as at
 * the doors (gate/report.c). */
static void
add_last_place(struct call *c, struct press_ask *p)
{
	const struct unit *u = unit_find(c->m, c->who->unit);
	const struct fix *f = u ? track_last(c->api->cfg.track, u->r.id) : NULL;
	char age[40];

	if (p->a.position.is_set || !f || !f->position.is_set ||
	    (c->who->role != ROLE_RESPONDER && c->who->role != ROLE_DEVICE))
		return;
	p->a.position = f->position;
	snprintf(age, sizeof age, "last_place:%lld s",
		 (long long)((net_wall_ms(c->api->cfg.net) - f->server_ms) / 1000));
	label(p, "no_fix");
	label(p, age);
	p->a.labels = buf_span(&p->labels);
}

void
sos_press(struct call *c)
{
	struct press_ask p = { 0 };
	struct press_result r;
	struct decision *d;

	if (!read_call(c, &p))
		return;
	add_last_place(c, &p);
	d = call_decide(c);
	if (signal_press(d, &p.a, &r) < 0) {
		buf_done(&p.labels);
		answer_refusal(c, d);
		return;
	}
	buf_done(&p.labels);
	device_heard(c);
	write_pressed(c, &r);
	answer(c, r.is_duplicate ? 200 : 201);
}

/* --- following -------------------------------------------------------------- */

/* The caller's own signal; NULL after a 404. */
static struct signal *
own_signal(struct call *c)
{
	struct signal *s =
		(struct signal *)journal_find(c->api->cfg.journal, NOUN_SIGNAL, c->id);

	if (!s || !s->source || strcmp(s->source, c->who->source) != 0) {
		answer_hidden(c);
		return NULL;
	}
	return s;
}

static void
write_stages(struct call *c, const struct signal *s, const struct incident *i)
{
	struct stage stages[STAGES_MAX];
	size_t n = stages_of(s, i, c->who, stages);
	struct buf *b = &c->out;

	jw_kid(b, "signal", s->r.id);
	jw_kid(b, "incident", i->r.id);
	jw_key(b, "stages");
	jw_open(b, '[');
	for (size_t k = 0; k < n; k++) {
		jw_open(b, '{');
		jw_kz(b, "stage", stage_names[stages[k].id]);
		jw_ktime(b, "at", stages[k].at);
		jw_kz(b, "text", stage_sentence(c->m, s->language, stages[k].id));
		if (stages[k].id == STAGE_RECEIVED && c->m->node)
			jw_kz(b, "by", c->m->node->name);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

void
sos_follow(struct call *c)
{
	struct signal *s = own_signal(c);
	struct incident *i;

	if (!s)
		return;
	i = (struct incident *)journal_find(c->api->cfg.journal, NOUN_INCIDENT,
					    s->incident);
	if (!i) {
		answer_hidden(c);
		return;
	}
	jw_open(&c->out, '{');
	write_stages(c, s, i);
	jw_close(&c->out, '}');
	answer(c, 200);
}

void
sos_more(struct call *c)
{
	struct press_ask p = { 0 };
	struct signal *s = own_signal(c);
	struct decision *d;
	int rc;

	if (!s || !read_call(c, &p))
		return;
	d = call_decide(c);
	rc = signal_amend(d, s->r.id, &p.a);
	buf_done(&p.labels);
	if (rc < 0) {
		answer_refusal(c, d);
		return;
	}
	jw_open(&c->out, '{');
	jw_kid(&c->out, "signal", s->r.id);
	jw_kid(&c->out, "incident", s->incident);
	jw_close(&c->out, '}');
	answer(c, 200);
}

void
sos_cancel(struct call *c)
{
	struct ask_cancel *ask = (struct ask_cancel *)c->ask.rec;
	struct signal *s = own_signal(c);
	struct decision *d;
	enum cancel_answer verdict;
	struct incident *i;

	if (!s)
		return;
	d = call_decide(c);
	if (incident_cancel(d, s->r.id, span_of(ask->code ? ask->code : ""), &verdict) <
	    0) {
		answer_refusal(c, d);
		return;
	}
	i = (struct incident *)journal_find(c->api->cfg.journal, NOUN_INCIDENT,
					    s->incident);
	jw_open(&c->out, '{');
	jw_kz(&c->out, "cancel",
	      verdict == CANCEL_ANSWER_ACCEPTED ? "accepted" : "refused");
	write_stages(c, s, i);
	jw_close(&c->out, '}');
	answer(c, 200);
}
