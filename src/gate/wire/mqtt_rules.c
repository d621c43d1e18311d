/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the mqtt door: a file of lines, and those that are built in. */
#include "gate/wire/mqtt.h"

#include "base/crypt.h"
#include "base/err.h"
#include "gate/wire/pick.h"

#include <stdio.h>

#define OBJECT(alarms, name)                                 \
	{                                                    \
		GATE_ALARM, alarms, .port = -1, .path = name \
	}
#define PRESS(name, kind)                                                   \
	{                                                                   \
		GATE_ALARM, GATE_SOS, .profile = name, .port = -1,          \
				      .bytes = { 0xff, kind }, .n_bytes = 2 \
	}

/* Built in: what makers of buttons call it in their own decoders (Dragino: alarm,
 * alarm_status; Milesight: press, button_event; AN301: sosEvent; MClimate: pressEvent),
 * and a maker's own bytes: Milesight WS101, WS136 and WS156 tell a press as ff 2e and 1
 * short, 2 long, 3 double, or as ff 34 and which button. */
const struct mqtt_rules mqtt_rules_built_in = {
	.topics = { { "owntracks/+/+", MQTT_OWNTRACKS },
		    { "owntracks/+/+/event", MQTT_OWNTRACKS },
		    { "owntracks/+/+/step", MQTT_OWNTRACKS },
		    { "application/+/device/+/event/up", MQTT_CHIRPSTACK },
		    { "application/+/device/+/event/join", MQTT_CHIRPSTACK },
		    { "application/+/device/+/event/status", MQTT_CHIRPSTACK },
		    { "application/+/device/+/event/ack", MQTT_CHIRPSTACK } },
	.n_topics = 7,
	.rules = { OBJECT(GATE_SOS, "sos"),
		   OBJECT(GATE_SOS, "sosEvent"),
		   OBJECT(GATE_SOS, "sosAlert"),
		   OBJECT(GATE_SOS, "panic"),
		   OBJECT(GATE_SOS, "emergency"),
		   OBJECT(GATE_SOS, "emergencyAlert"),
		   OBJECT(GATE_GENERAL, "alarm"),
		   OBJECT(GATE_GENERAL, "alarm_status"),
		   OBJECT(GATE_SOS, "press"),
		   OBJECT(GATE_SOS, "pressEvent"),
		   OBJECT(GATE_SOS, "button"),
		   OBJECT(GATE_SOS, "button_event.status"),
		   OBJECT(GATE_TAMPER, "tamper"),
		   { GATE_ALARM, GATE_SOS, .port = -1, .path = "event",
		     .value = "sos" },
		   { GATE_ALARM, GATE_SOS, .port = -1, .path = "status",
		     .value = "sos" },
		   PRESS("WS101", 0x2e),
		   PRESS("WS101", 0x34),
		   PRESS("WS136", 0x2e),
		   PRESS("WS136", 0x34),
		   PRESS("WS156", 0x2e),
		   PRESS("WS156", 0x34) },
	.n_rules = 21,
};

static const struct {
	const char *word;
	enum gate_report_kind kind;
	unsigned alarms;
} kinds[] = {
	{ "press", GATE_ALARM, GATE_SOS },
	{ "duress", GATE_ALARM, GATE_DURESS },
	{ "fire", GATE_ALARM, GATE_FIRE },
	{ "medical", GATE_ALARM, GATE_MEDICAL },
	{ "fall", GATE_ALARM, GATE_FALL },
	{ "tamper", GATE_ALARM, GATE_TAMPER },
	{ "door", GATE_ALARM, GATE_DOOR },
	{ "low_battery", GATE_ALARM, GATE_LOW_BATTERY },
	{ "test", GATE_TEST, 0 },
};

static struct span
word_cut(struct span *line)
{
	size_t n = 0;
	struct span word;

	*line = span_trim(*line);
	while (n < line->n && line->p[n] != ' ' && line->p[n] != '\t')
		n++;
	word = (struct span){ line->p, n };
	*line = span_skip(*line, n);
	return word;
}

static bool
copy(char *to, size_t cap, struct span s)
{
	if (!s.n || s.n >= cap || memchr(s.p, 0, s.n))
		return false;
	memcpy(to, s.p, s.n);
	to[s.n] = 0;
	return true;
}

/* port=10 has=ff2e01 begins=01 object=button.state:pressed profile=WS101 */
static bool
term_read(struct span term, struct mqtt_rule *r)
{
	struct span value = term, name = span_cut(&value, '='), path;

	if (span_is_z(name, "port"))
		return (r->port = pick_int(value, 0, 255)) >= 0;
	if (span_is_z(name, "profile"))
		return copy(r->profile, sizeof r->profile, value);
	if (span_is_z(name, "has") || span_is_z(name, "begins")) {
		r->is_at_start = name.p[0] == 'b';
		r->n_bytes = value.n / 2;
		return value.n && value.n % 2 == 0 && r->n_bytes <= MQTT_HAS_MAX &&
		       crypt_unhex(value, r->bytes, r->n_bytes);
	}
	if (!span_is_z(name, "object"))
		return false;
	path = span_cut(&value, ':');
	return copy(r->path, sizeof r->path, path) &&
	       (!value.n || copy(r->value, sizeof r->value, value));
}

static bool
rule_read(struct span word, struct span line, struct mqtt_rules *ret)
{
	struct mqtt_rule r = { .port = -1 };
	struct span term;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (span_is_z(word, kinds[i].word)) {
			r.kind = kinds[i].kind;
			r.alarms = kinds[i].alarms;
		}
	if (!r.kind || ret->n_rules == MQTT_RULES_MAX)
		return false;
	while ((term = word_cut(&line)).n)
		if (!term_read(term, &r))
			return false;
	if (!r.path[0] && !r.n_bytes && r.port < 0)
		return false; /* all that comes would be a call */
	ret->rules[ret->n_rules++] = r;
	return true;
}

/* confirm [profile=NAME] port=N data=HEX */
static bool
confirm_read(struct span line, struct mqtt_rules *ret)
{
	struct mqtt_confirm c = { .port = -1 };
	struct span term, name;

	while ((term = word_cut(&line)).n) {
		name = span_cut(&term, '=');
		c.n_bytes = span_is_z(name, "data") ? term.n / 2 : c.n_bytes;
		if (span_is_z(name, "port") ? (c.port = pick_int(term, 1, 255)) < 1
		    : span_is_z(name, "profile")
			    ? !copy(c.profile, sizeof c.profile, term)
			    : !span_is_z(name, "data") || term.n % 2 ||
				      c.n_bytes > MQTT_HAS_MAX ||
				      !crypt_unhex(term, c.bytes, c.n_bytes))
			return false;
	}
	if (c.port < 1 || !c.n_bytes || ret->n_confirms == MQTT_CONFIRMS_MAX)
		return false;
	ret->confirms[ret->n_confirms++] = c;
	return true;
}

static bool
topic_read(struct span line, struct mqtt_rules *ret)
{
	struct span filter = word_cut(&line), language = word_cut(&line);
	struct mqtt_topic *t;

	if (ret->n_topics == MQTT_TOPICS_MAX || word_cut(&line).n)
		return false;
	t = &ret->topics[ret->n_topics];
	t->language = span_is_z(language, "owntracks")    ? MQTT_OWNTRACKS
		      : span_is_z(language, "chirpstack") ? MQTT_CHIRPSTACK
							  : 0;
	if (!t->language || !copy(t->filter, sizeof t->filter, filter))
		return false;
	ret->n_topics++;
	return true;
}

int
mqtt_rules_read(struct span text, struct mqtt_rules *ret, struct buf *why)
{
	int number = 0;

	*ret = (struct mqtt_rules){ 0 };
	while (text.n) {
		struct span line = span_trim(span_cut(&text, '\n')), word;

		number++;
		if (!line.n || line.p[0] == '#')
			continue;
		word = word_cut(&line);
		if (span_is_z(word, "topic")     ? topic_read(line, ret)
		    : span_is_z(word, "confirm") ? confirm_read(line, ret)
						 : rule_read(word, line, ret))
			continue;
		buf_printf(why, "line %d is no topic and no rule of the mqtt door",
			   number);
		return ERR_SYNTAX;
	}
	if (!ret->n_topics) {
		memcpy(ret->topics, mqtt_rules_built_in.topics, sizeof ret->topics);
		ret->n_topics = mqtt_rules_built_in.n_topics;
	}
	if (!ret->n_rules) {
		memcpy(ret->rules, mqtt_rules_built_in.rules, sizeof ret->rules);
		ret->n_rules = mqtt_rules_built_in.n_rules;
	}
	return 0;
}

bool
mqtt_topic_fits(struct span topic, const char *filter)
{
	struct span f = span_of(filter);

	for (;;) {
		struct span want = span_cut(&f, '/'), have = span_cut(&topic, '/');

		if (span_is_z(want, "#"))
			return true;
		if (!span_is_z(want, "+") && !span_is(want, have))
			return false;
		if (!f.n || !topic.n)
			return !f.n && !topic.n;
	}
}
