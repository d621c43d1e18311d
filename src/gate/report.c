/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From reports to presses and fixes: who it is, where it is, whether it calls.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"
#include "gate/wire/sms.h"

#include <math.h>
#include <stdio.h>

#define FOLLOW_MS 30000   /* between places of a person in his call */
#define EVIDENCE_MAX 4096 /* of a frame: twice as many digits in the record */
#define PENDING_MAX 2000  /* unknown devices kept: a scanner must not fill the disk */

/* These call for help; others are kept as the device's state. */
#define CALLS                                                                         \
	(GATE_SOS | GATE_DURESS | GATE_GENERAL | GATE_FALL | GATE_CRASH | GATE_FIRE | \
	 GATE_MEDICAL)

/* --- who it is ------------------------------------------------------------- */

struct device *
device_meet(struct gate *g, const char *door, const char *identity)
{
	struct model *m = journal_model(g->cfg.journal);
	struct device *d = device_by_name(m, span_of(door), span_of(identity));
	struct id id;

	if (!d && *identity && g->pending < PENDING_MAX) {
		device_seen(journal_begin(g->cfg.journal, NULL), span_of(door),
			    span_of(identity), &id);
		g->pending++;
		d = device_find(m, id);
		log_info("gate", "device_seen_first", "door=%s identity=%s", door,
			 identity);
	}
	return d;
}

/* A link on which another speaks under the same name, a message that one without the
 * device's key can write as well: not believed. What it asks for is heard all the same,
 * like a stranger's. */
static bool
is_believed(const struct link *l, const struct device *d, const struct gate_report *r)
{
	unsigned wire = l->door->driver->wire;

	if (l->is_doubted)
		return false;
	return r->is_proven ||
	       !((wire & GATE_RELAYED) || ((wire & GATE_KEYED) && d->key));
}

/* It is there, by a word of its own. */
static void
seen(struct gate *g, struct device *d)
{
	d->last_seen_at = net_wall_ms(g->cfg.net);
	if (d->link != LINK_LIVE && d->state == DEVICE_BOUND)
		device_link_set(journal_begin(g->cfg.journal, NULL), d, LINK_LIVE);
}

/* --- what it says ------------------------------------------------------------ */

/* Of one who has no duty, only where he is in his own call: said to his call, and kept
 * nowhere else. */
static void
follow(struct gate *g, const struct device *d, const struct gate_report *r)
{
	const struct model *m = journal_model(g->cfg.journal);
	const struct incident *i = id_is_set(device_person(d)) && r->kind == GATE_FIX
					   ? device_emergency(m, d)
					   : NULL;
	struct seat *s = i ? seat_find(g, d->door, d->identity) : NULL;
	struct press_args a = { .position = r->position, .claimed_at = TIME_NONE };
	struct buf AUTO(buf_done) key = { 0 };
	int64_t now = net_wall_ms(g->cfg.net);
	const struct roll *roll;
	struct principal who;
	struct id signal;

	if (!s || (now >= s->followed_ms && now - s->followed_ms < FOLLOW_MS))
		return;
	principal_of_device(m, d, &who);
	roll = map_get(&i->roll, span_of(who.source));
	if (!roll)
		return;
	s->followed_ms = now;
	signal = roll->r.id; /* numbered as the first signal of it */
	signal.noun = noun_signal.letter;
	buf_printf(&key, "at-%lld", (long long)now);
	a.key = buf_span(&key);
	signal_amend(journal_begin(g->cfg.journal, &who), signal, &a);
}

static void
take_fix(struct gate *g, struct device *d, const struct gate_report *r)
{
	enum track_verdict verdict;
	struct unit *u;
	struct site *s;
	struct fix f = {
		.device_ms = r->device_time_ms,
		.server_ms = net_wall_ms(g->cfg.net),
		.position = r->position,
		.speed_mps = (float)r->speed_mps,
		.course_deg = (float)r->course_deg,
	};

	/* An unbound device moves nothing; off duty nothing reaches the disk. */
	if (!device_home(journal_model(g->cfg.journal), d, &u, &s) ||
	    d->state != DEVICE_BOUND)
		return;
	if (!u)
		follow(g, d, r);
	if (!u || (!u->shift_on && !u->n_open))
		return;
	f.bearer = u->r.id;
	verdict = track_put(g->cfg.track, &f, r->kind == GATE_STORED_FIX);
	if (verdict == TRACK_JUMP)
		device_flag(journal_begin(g->cfg.journal, NULL), d, SPAN("jump"));
	if (verdict != TRACK_HISTORY && g->cfg.on_moved)
		g->cfg.on_moved(g->cfg.ctx, u->r.id);
}

static const char *
kind_of(unsigned alarms)
{
	static const struct {
		unsigned bit;
		const char *kind;
	} kinds[] = { { GATE_SOS | GATE_GENERAL, "" }, { GATE_DURESS, "duress" },
		      { GATE_FIRE, "fire" },           { GATE_MEDICAL, "medical" },
		      { GATE_CRASH, "accident" },      { GATE_FALL, "fall" } };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (alarms & kinds[i].bit)
			return kinds[i].kind;
	return "";
}

/* Without a fix of its own a call gets the last good place, and says so. */
static struct position
place_of_call(struct gate *g, const struct device *d, const struct gate_report *r,
	      struct buf *labels)
{
	const struct fix *f = NULL;
	struct unit *u;
	struct site *s;

	if (r->position.is_set)
		return r->position;
	if (d && device_home(journal_model(g->cfg.journal), d, &u, &s) && u)
		f = track_last(g->cfg.track, u->r.id);
	if (!f)
		return r->position;
	buf_printf(labels, "[\"no_fix\",\"last_place:%lld s\"]",
		   (long long)((net_wall_ms(g->cfg.net) - f->server_ms) / 1000));
	return f->position;
}

/* NULL d: one unknown device too many to keep; its call is heard all the same. */
static void
caller_of(struct gate *g, const struct link *l, const struct device *d,
	  const struct gate_report *r, struct principal *ret)
{
	const struct door *door = l->door;
	char source[GATE_IDENTITY_MAX + 20];

	if (d) {
		principal_of_device(journal_model(g->cfg.journal), d, ret);
		ret->is_verified &= is_believed(l, d, r);
		if ((door->driver->wire & GATE_PHONES) && d->state != DEVICE_BOUND)
			number_place(g, r->identity, ret);
		return;
	}
	snprintf(source, sizeof source, "%s:%s", door->driver->name, r->identity);
	principal_anonymous(ret, source);
}

#define CONFIRM_AGAIN_MS 600000

/* Somebody took its call, and it still calls: it was out of reach when it was told. */
static void
confirm_again(struct gate *g, const struct device *d, const struct seat *s,
	      const struct incident *i)
{
	int64_t since = net_wall_ms(g->cfg.net) - s->confirm_ms;

	if (!s->is_confirmed && i->acknowledged_at != TIME_NONE &&
	    (since < 0 || since >= CONFIRM_AGAIN_MS))
		orders_confirm(g, d);
}

/* An SOS that lasts is one call however often, and over whatever connection, it is
 * told: while its incident is open. Afterwards it is heard as another, which in doubt
 * it is. */
static void
key_that_lasts(struct gate *g, const struct link *l, const struct device *d,
	       const struct principal *who, const struct gate_report *r,
	       struct buf *key)
{
	const struct model *m = journal_model(g->cfg.journal);
	struct seat *s = l->seat; /* of this identity: seat_take() saw to it */
	const struct signal *had;
	const struct incident *i;

	if (!s || l->is_doubted || !(l->door->driver->wire & GATE_LASTING) ||
	    !(r->alarms & GATE_SOS))
		return;
	had = s->sos_key[0]
		      ? signal_by_key(m, span_of(who->source), span_of(s->sos_key))
		      : NULL;
	i = had ? incident_find(m, had->incident) : NULL;
	if (i && i->state != INCIDENT_CLOSED) {
		buf_clear(key);
		buf_add_z(key, s->sos_key);
		confirm_again(g, d, s, i);
	} else {
		snprintf(s->sos_key, sizeof s->sos_key, "%s", key->p);
	}
}

/* It is over on the device: the next one is another. */
static void
let_go(const struct link *l, const struct gate_report *r)
{
	struct seat *s = l->seat;

	if (!s || l->is_doubted || r->kind != GATE_FIX || (r->alarms & GATE_SOS))
		return;
	s->sos_key[0] = 0;
	s->is_confirmed = false;
}

/* Without a sane clock presses within half a minute are one, but for those of a call
 * that is over: then it is another. */
static void
key_of_call(struct gate *g, const struct principal *who, const struct gate_report *r,
	    struct buf *key)
{
	const struct model *m = journal_model(g->cfg.journal);
	const struct signal *s;
	const struct incident *i;

	if (r->key[0]) {
		buf_printf(key, "%s", r->key);
		return;
	}
	buf_printf(key, "%x:%lld", r->alarms,
		   (long long)(net_wall_ms(g->cfg.net) / 30000));
	while ((s = signal_by_key(m, span_of(who->source), buf_span(key))) &&
	       (i = incident_find(m, s->incident)) && i->state == INCIDENT_CLOSED)
		buf_add_c(key, '+');
}

/* All that was written; the report's own text may be its beginning only. */
static struct span
words_of(const struct gate *g, const struct gate_report *r)
{
	if (g->out.words_n && r == g->out.reports)
		return (struct span){ g->out.words, g->out.words_n };
	return r->text[0] ? span_of(r->text) : (struct span){ 0 };
}

/* Another part of a long text: the whole of it so far, and the place if it has one. */
static void
amend(struct gate *g, const struct principal *who, struct id signal, struct span all)
{
	struct buf AUTO(buf_done) key = { 0 };
	struct press_args a = { .message = all, .claimed_at = TIME_NONE };

	buf_printf(&key, "parts-%zu", all.n);
	a.key = buf_span(&key);
	sms_place(all, &a.position);
	signal_amend(journal_begin(g->cfg.journal, who), signal, &a);
}

static void
take_call(struct gate *g, struct link *l, const struct device *d,
	  const struct gate_report *r, struct span msg)
{
	struct buf AUTO(buf_done) raw = { 0 }, key = { 0 }, labels = { 0 }, all = { 0 };
	struct principal who;
	struct press_result result;
	bool is_more = false;
	struct press_args a = { .claimed_at = r->device_time_ms };

	caller_of(g, l, d, r, &who);
	crypt_hex(&raw, msg.p, msg.n > EVIDENCE_MAX ? EVIDENCE_MAX : msg.n);
	if (r->parts)
		is_more = parts_take(g, r, words_of(g, r), &key, &all);
	else
		key_of_call(g, &who, r, &key);
	if (d)
		key_that_lasts(g, l, d, &who, r, &key);
	a.key = buf_span(&key);
	a.kind = span_of(kind_of(r->alarms));
	a.is_silent = (r->alarms & GATE_DURESS) != 0;
	a.position = place_of_call(g, d, r, &labels);
	a.labels = buf_span(&labels);
	a.message = words_of(g, r);
	a.is_test = r->kind == GATE_TEST;
	a.door = span_of(l->door->driver->name);
	a.raw = buf_span(&raw);
	if (l->door->driver->wire & GATE_PHONES)
		a.language = span_of(sms_language(a.message));
	if (signal_press(journal_begin(g->cfg.journal, &who), &a, &result) < 0)
		return;
	if (is_more && result.is_duplicate && all.n)
		amend(g, &who, result.signal, buf_span(&all));
	if (l->door->driver->wire & GATE_PHONES)
		told_press(g, &result, r->identity, l->answer);
}

/* The states that it told before. What is not believed has its own: a copy of a device
 * must not tell an SOS before its bearer does, so that his was no news. */
static unsigned *
states_of(struct link *l, struct device *d, bool is_own)
{
	return is_own          ? &d->last_alarms
	       : l->is_doubted ? &l->states
			       : &d->doubted_alarms;
}

/* An alarm message calls each time. In other messages the bits are states that
 * last: an SOS calls when it appears, not each time it is repeated. */
static bool
is_call(const struct device *d, const struct gate_report *r, unsigned before)
{
	if (r->kind == GATE_ALARM)
		return (r->alarms & CALLS) != 0;
	if (r->kind == GATE_CANCEL || r->kind == GATE_TAKE)
		return true; /* it answers nothing, so it calls */
	if (r->kind == GATE_TEST && is_relayed(d ? d->door : ""))
		return true; /* a person tries the way to a person and back */
	if (r->kind == GATE_RESTORE || r->kind == GATE_TEST)
		return false; /* what is told is over, or was tried */
	return (r->alarms & ~before & GATE_SOS) != 0;
}

/* What is over, was tried, or is an alarm that calls nobody. */
static void
take_said(struct gate *g, struct device *d, const struct gate_report *r)
{
	struct device_said_args a = {
		.said = r->kind == GATE_TEST      ? SAID_TEST
			: r->kind == GATE_RESTORE ? SAID_RESTORE
						  : SAID_ALARM,
		.code = span_of(r->code),
		.area = r->area >= 0 ? r->area : FIELD_NONE,
		.zone = r->zone >= 0 ? r->zone : FIELD_NONE,
	};

	device_say(journal_begin(g->cfg.journal, NULL), d, &a);
}

static void
read_in(struct device_reading *to, double value, double second, int64_t now)
{
	*to = (struct device_reading){ (float)value, (float)second, now };
}

/* Of its bearer: kept as his place is, on duty or in his own call. */
static void
observe_readings(struct gate *g, struct device *d, const struct gate_report *r)
{
	struct device_readings *to = &d->readings;
	int64_t now = net_wall_ms(g->cfg.net);
	bool has_any = r->heart_bpm > 0 || r->systolic > 0 || r->spo2_pct > 0 ||
		       !isnan(r->temperature_c) || r->steps >= 0;

	if (!has_any || !device_tells(journal_model(g->cfg.journal), d))
		return;
	if (r->heart_bpm > 0)
		read_in(&to->heart_bpm, r->heart_bpm, 0, now);
	if (r->systolic > 0 && r->diastolic > 0)
		read_in(&to->pressure_mmhg, r->systolic, r->diastolic, now);
	if (r->spo2_pct > 0)
		read_in(&to->spo2_pct, r->spo2_pct, 0, now);
	if (!isnan(r->temperature_c))
		read_in(&to->temperature_c, r->temperature_c, 0, now);
	if (r->steps >= 0)
		read_in(&to->steps, (double)r->steps, 0, now);
}

static void
observe_alarms(struct gate *g, struct device *d, unsigned alarms)
{
	alarms = device_alarms_told(journal_model(g->cfg.journal), d, alarms);
	if (!alarms)
		return;
	d->told_alarms = alarms;
	d->alarms_at = net_wall_ms(g->cfg.net);
}

/* What is known of it in memory only. */
static void
observe(struct gate *g, struct device *d, const struct gate_report *r)
{
	if (r->battery_pct >= 0)
		d->battery_pct = r->battery_pct;
	if (r->signal_pct >= 0)
		d->signal_pct = r->signal_pct;
	if (r->firmware[0])
		snprintf(d->firmware, sizeof d->firmware, "%s", r->firmware);
	if (r->kind != GATE_RESTORE && r->kind != GATE_TEST)
		observe_alarms(g, d, r->alarms);
	observe_readings(g, d, r);
}

static bool
is_answer(struct link *l, const struct device *d, const struct gate_report *r)
{
	return (r->kind == GATE_CANCEL && answer_cancel(l, d, r)) ||
	       (r->kind == GATE_TAKE && answer_take(l, r));
}

void
take_report(struct link *l, const struct gate_report *r, struct span msg)
{
	struct gate *g = l->door->gate;
	bool is_session = !(l->door->driver->wire & GATE_RELAYED);
	struct device *d = device_meet(g, l->door->driver->name, r->identity);
	bool is_new = d && is_session && seat_take(g, l, d, r->identity);
	/* Who cannot prove that he is a verified thing moves nothing of it; another has
	 * no more than its name. */
	bool is_own = d && (is_believed(l, d, r) ||
			    (!l->is_doubted && d->trust != TRUST_VERIFIED));
	unsigned none = 0, *states = d ? states_of(l, d, is_own) : &none;
	bool is_called;

	if (is_own)
		seen(g, d);
	if (is_own && r->position.is_set)
		take_fix(g, d, r);
	is_called = !is_answer(l, d, r) && is_call(d, r, *states);
	if (is_called)
		take_call(g, l, d, r, msg);
	else if (d && l->door->driver->wire & GATE_LASTING)
		let_go(l, r);
	if (r->kind == GATE_FIX || r->kind == GATE_ALARM)
		*states = r->alarms;
	if (!d)
		return;
	if (is_own)
		observe(g, d, r);
	if (is_own && (r->kind == GATE_RESTORE || r->kind == GATE_TEST ||
		       (r->kind == GATE_ALARM && !is_called && r->code[0])))
		take_said(g, d, r);
	if (r->kind == GATE_ORDER_ACK && is_own)
		orders_answered(g, d, r);
	if (is_session)
		orders_give(g, d, is_new);
}

bool
device_key(void *ctx, const char *identity, struct gate_key *ret)
{
	struct link *l = ctx;
	const struct gate_config *cfg = &l->door->gate->cfg;
	const struct device *d =
		device_by_name(journal_model(l->door->gate->cfg.journal),
			       span_of(l->door->driver->name), span_of(identity));
	size_t n = d && d->key ? strlen(d->key) / 2 : 0;

	if (!*identity && cfg->sms_secret.n) {
		crypt_hash(ret->bytes, cfg->sms_secret, NULL);
		ret->n = HASH_BYTES;
		return true;
	}
	if (!n || n > sizeof ret->bytes || d->state == DEVICE_REVOKED ||
	    !crypt_unhex(span_of(d->key), ret->bytes, n))
		return false;
	ret->n = n;
	return true;
}
