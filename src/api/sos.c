/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The press. Only a missing key or unreadable JSON is refused; what is odd is
 * kept and labelled. Anyone may call: a caller without a valid credential gets
 * the same answer, as unverified.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/utf8.h"

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

void
sos_press(struct call *c)
{
	struct press_ask p = { 0 };
	struct press_result r;
	struct decision *d;

	if (!read_call(c, &p))
		return;
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

	if (!s || strcmp(s->source, c->who->source) != 0) {
		answer_hidden(c);
		return NULL;
	}
	return s;
}

enum stage_id {
	STAGE_RECEIVED,
	STAGE_ACKNOWLEDGED,
	STAGE_UNIT_ACCEPTED,
	STAGE_UNIT_NEAR,
	STAGE_ON_SCENE,
	STAGE_CLOSED,
	STAGE_CANCELLED, /* shown as closed */
};

static const char *const stage_names[] = { "received",  "acknowledged", "unit_accepted",
					   "unit_near", "on_scene",     "closed",
					   "closed" };

/* Plain sentences, each language complete. Others fall back on the node's. */
static const struct {
	const char *language;
	const char *text[7];
} sentences[] = {
	{ "en",
	  { "Received by the command room.",
	    "A person in the command room has taken it.", "A unit is coming.",
	    "The unit is near.", "The unit is with you.",
	    "The command room has closed this call.",
	    "Your cancel was received. The command room will telephone to make "
	    "sure." } },
	{ "ur",
	  { "کمانڈ روم کو موصول ہو گیا۔", "کمانڈ روم کے اہلکار نے کال لے لی ہے۔",
	    "ایک یونٹ آ رہا ہے۔", "یونٹ قریب ہے۔", "یونٹ آپ کے پاس پہنچ گیا ہے۔",
	    "کمانڈ روم نے یہ کال بند کر دی ہے۔",
	    "آپ کی منسوخی موصول ہو گئی۔ تصدیق کے لیے کمانڈ روم فون کرے گا۔" } },
	{ "sd",
	  { "ڪمانڊ روم کي ملي ويو.", "ڪمانڊ روم جي اهلڪار ڪال کنئي آهي.",
	    "هڪ يونٽ اچي رهيو آهي.", "يونٽ ويجهو آهي.", "يونٽ توهان وٽ پهچي ويو آهي.",
	    "ڪمانڊ روم هيءَ ڪال بند ڪري ڇڏي آهي.",
	    "توهان جي منسوخي ملي وئي. پڪ ڪرڻ لاءِ ڪمانڊ روم فون ڪندو." } },
	{ "zh",
	  { "指挥室已收到。", "指挥室人员已接手。", "警力正在赶来。", "警力已接近。",
	    "警力已到达。", "指挥室已结束此警情。",
	    "已收到取消请求，指挥室将来电确认。" } },
};

static const char *
sentence(const struct model *m, const char *language, enum stage_id stage)
{
	const char *want[] = { language, m->node ? m->node->language : NULL, "en" };

	for (size_t w = 0; w < ARRAY_LEN(want); w++)
		for (size_t i = 0; want[w] && i < ARRAY_LEN(sentences); i++)
			if (strncmp(want[w], sentences[i].language, 2) == 0)
				return sentences[i].text[stage];
	return sentences[0].text[stage];
}

static void
stage(struct call *c, const struct signal *s, enum stage_id id, int64_t at,
      int64_t until)
{
	struct buf *b = &c->out;

	if (at == TIME_NONE || at > until)
		return;
	if (at < s->at)
		at = s->at; /* it was so already when this press came */
	jw_open(b, '{');
	jw_kz(b, "stage", stage_names[id]);
	jw_ktime(b, "at", at);
	jw_kz(b, "text", sentence(c->m, s->language, id));
	if (id == STAGE_RECEIVED && c->m->node)
		jw_kz(b, "by", c->m->node->name);
	jw_close(b, '}');
}

static void
write_stages(struct call *c, const struct signal *s, const struct incident *i)
{
	bool frozen = incident_is_frozen_for(i, c->who);
	int64_t until = frozen ? i->frozen_at : INT64_MAX;
	struct buf *b = &c->out;

	jw_kid(b, "signal", s->r.id);
	jw_kid(b, "incident", i->r.id);
	jw_key(b, "stages");
	jw_open(b, '[');
	stage(c, s, STAGE_RECEIVED, s->at, INT64_MAX);
	if (!i->unacknowledged || i->m_dispatched != TIME_NONE || frozen)
		stage(c, s, STAGE_ACKNOWLEDGED, i->m_acknowledged, until);
	stage(c, s, STAGE_UNIT_ACCEPTED, i->m_dispatched, until);
	stage(c, s, STAGE_UNIT_NEAR, i->near_at, until);
	stage(c, s, STAGE_ON_SCENE, i->m_on_scene, until);
	if (frozen)
		stage(c, s, STAGE_CANCELLED, i->frozen_at, INT64_MAX);
	else if (i->state == INCIDENT_CLOSED)
		stage(c, s, STAGE_CLOSED, i->m_closed, INT64_MAX);
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
