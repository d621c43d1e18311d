/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options are a table: name, type, range, default, sentence. The same names
 * are flags ("--print-every 10") and lines of the file ("print-every = 10").
 */
#include "cli/cli.h"

#include "base/auto.h"
#include "report/report.h"

#include <stdio.h>

enum option_type { OPT_TEXT, OPT_NUMBER, OPT_FLAG, OPT_DEVICE, OPT_FEED };

struct option {
	const char *name;
	enum option_type type;
	size_t off;
	int64_t min, max;
	const char *standard; /* as text */
	const char *sentence;
};

#define O(member) offsetof(struct options, member)
static const struct option table[] = {
	{ "data", OPT_TEXT, O(data), 0, 0, "kumak-data", "folder of the node" },
	{ "config", OPT_TEXT, O(config), 0, 0, NULL, "file of options, name = value" },
	{ "listen", OPT_TEXT, O(listen), 0, 0, "127.0.0.1:8080",
	  "plain HTTP; loopback only" },
	{ "listen-tls", OPT_TEXT, O(listen_tls), 0, 0, NULL,
	  "HTTPS for everyone else" },
	{ "tls-cert", OPT_TEXT, O(tls_cert), 0, 0, NULL,
	  "PEM certificate; the node's own authority makes one when left out" },
	{ "tls-key", OPT_TEXT, O(tls_key), 0, 0, NULL, "its PEM key" },
	{ "tls-names", OPT_TEXT, O(tls_names), 0, 0, "localhost,127.0.0.1",
	  "names and addresses of that certificate" },
	{ "proxy", OPT_TEXT, O(proxy), 0, 0, NULL,
	  "addresses of proxies, by commas, whose X-Forwarded-For is believed" },
	{ "public-url", OPT_TEXT, O(public_url), 0, 0, NULL,
	  "how others reach the node, for invitations" },
	{ "device", OPT_DEVICE, 0, 0, 0, NULL, "NAME=ADDR:PORT opens a device door" },
	{ "second-path", OPT_TEXT, O(second_path), 0, 0, NULL,
	  "program that passes alarms on by SMS, call or siren" },
	{ "sms-gateway", OPT_TEXT, O(sms_gateway), 0, 0, NULL,
	  "where texts leave: http[s]://HOST:PORT/PATH of a Kannel; "
	  "smpp[s]://HOST:PORT" },
	{ "sms-user", OPT_TEXT, O(sms_user), 0, 0, NULL, "the node's name there" },
	{ "sms-password", OPT_TEXT, O(sms_password), 0, 0, NULL,
	  "file with its password there" },
	{ "sms-number", OPT_TEXT, O(sms_number), 0, 0, NULL,
	  "number that texts are from" },
	{ "sms-authority", OPT_TEXT, O(sms_authority), 0, 0, NULL,
	  "PEM of the gateway's authority; the machine's own when left out" },
	{ "sms-secret", OPT_TEXT, O(sms_secret), 0, 0, NULL,
	  "file with the secret that the SMS gateway shows at the sms door" },
	{ "sms-answers", OPT_FLAG, O(sms_answers), 0, 0, NULL,
	  "the gateway sends the body of an answer back to the caller" },
	{ "sms-believe", OPT_FLAG, O(sms_believe), 0, 0, NULL,
	  "senders' numbers of this gateway cannot be feigned: a bare \"yes\" takes" },
	{ "mqtt", OPT_TEXT, O(mqtt), 0, 0, NULL,
	  "mqtt[s]://HOST[:PORT] of a broker that devices speak through" },
	{ "mqtt-user", OPT_TEXT, O(mqtt_user), 0, 0, NULL, "the node's name there" },
	{ "mqtt-password", OPT_TEXT, O(mqtt_password), 0, 0, NULL,
	  "file with its password there" },
	{ "mqtt-authority", OPT_TEXT, O(mqtt_authority), 0, 0, NULL,
	  "PEM of the broker's authority; the machine's own when left out" },
	{ "mqtt-rules", OPT_TEXT, O(mqtt_rules), 0, 0, NULL,
	  "file of topics, and of what a button's bytes mean" },
	{ "print-program", OPT_TEXT, O(print_program), 0, 0, NULL,
	  "program that prints the queue (HTML on stdin)" },
	{ "print-every", OPT_NUMBER, O(print_every_min), 0, 1440, "15",
	  "minutes between printed queues; 0: never" },
	{ "synthetic-every", OPT_NUMBER, O(synthetic_every_s), 0, 3600, "60",
	  "seconds between tests of the whole path; 0: never" },
	{ "invitation-stands", OPT_NUMBER, O(invitation_min), 1, 1440, "10",
	  "minutes that an invitation stands" },
	{ "nudge-after", OPT_NUMBER, O(nudge_after_s), 0, 3600, "30",
	  "seconds a P2 waits for its readers' screens; P3 four times that, P1 none" },
	{ "nudge-apart", OPT_NUMBER, O(nudge_apart_s), 0, 86400, "600",
	  "seconds between two nudges of a person, but of a P1" },
	{ "file-max", OPT_NUMBER, O(file_max_mb), 1, 64, "16",
	  "MiB of a file in a channel" },
	{ "keep-tracks", OPT_NUMBER, O(keep_tracks_days), 1, 3650, "30",
	  "days that positions are kept" },
	{ "keep-incidents", OPT_NUMBER, O(keep_incidents_days), 1, 3650, "730",
	  "days that words, names and numbers of closed incidents are kept" },
	{ "keep-media", OPT_NUMBER, O(keep_media_days), 1, 3650, "31",
	  "days that recordings of what was no emergency are kept" },
	{ "cap-sender", OPT_TEXT, O(cap_sender), 0, 0, NULL,
	  "sender of advisories as CAP, as room@police.example; must not change" },
	{ "cap-feed", OPT_FEED, 0, 0, 0, NULL,
	  "URL of a feed of alerts that the node reads; as often as there are feeds" },
	{ "cap-feed-every", OPT_NUMBER, O(cap_feed_every_min), 1, 1440, "5",
	  "minutes between two looks at a feed" },
	{ "cap-feed-authority", OPT_TEXT, O(cap_feed_authority), 0, 0, NULL,
	  "PEM of the feeds' authority; the machine's own when left out" },
	{ "road-speeds", OPT_TEXT, O(road_speeds), 0, 0, NULL,
	  "km/h by class of road, as \"trunk=60 residential=20\"" },
	{ "road-hours", OPT_TEXT, O(road_hours), 0, 0, NULL,
	  "factors by hour, as \"mon-fri 08-10 0.6; * 00-06 1.2\"" },
	{ "road-clock", OPT_NUMBER, O(road_clock_min), -720, 840, "300",
	  "minutes that the clock of those hours is ahead of UTC" },
	{ "public-feed", OPT_FLAG, O(public_feed), 0, 0, NULL,
	  "anyone may read advisories marked TLP:CLEAR" },
	{ "witness", OPT_TEXT, O(witness), 0, 0, NULL,
	  "URL of a second machine that keeps the journal's signed heads" },
	{ "witness-dir", OPT_TEXT, O(witness_dir), 0, 0, NULL,
	  "folder, as of a stick, that they are appended in" },
	{ "witness-every", OPT_NUMBER, O(witness_every_s), 1, 86400, "300",
	  "seconds between two of them" },
	{ "witness-authority", OPT_TEXT, O(witness_authority), 0, 0, NULL,
	  "PEM of the second machine's authority; the machine's own when left out" },
	{ "shifts", OPT_TEXT, O(shifts), 0, 0, "06-14-22",
	  "hours at which a shift begins, for reports" },
	{ "utc-offset", OPT_NUMBER, O(utc_offset_min), -720, 840, "300",
	  "minutes that the room's clock is ahead of UTC, for reports" },
	{ "demo", OPT_FLAG, O(demo), 0, 0, NULL, "a demo city" },
	{ "still", OPT_FLAG, O(still), 0, 0, NULL,
	  "no movement and no scripted incidents in it" },
};

static const struct option *
find(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (span_is_z(name, table[i].name))
			return &table[i];
	return NULL;
}

static int
set(struct options *o, const struct option *t, const char *value, struct buf *why)
{
	char *at = (char *)o + t->off;
	int64_t n;

	switch (t->type) {
	case OPT_TEXT:
		*(const char **)at = value;
		return 0;
	case OPT_FLAG:
		*(bool *)at = strcmp(value, "no") != 0 && strcmp(value, "false") != 0;
		return 0;
	case OPT_DEVICE:
		if (!strchr(value, '=') || o->n_devices == ARRAY_LEN(o->devices)) {
			buf_printf(why, "--device wants NAME=ADDR:PORT, not \"%s\"",
				   value);
			return ERR_SYNTAX;
		}
		o->devices[o->n_devices++] = value;
		return 0;
	case OPT_FEED:
		if (o->n_cap_feeds == ARRAY_LEN(o->cap_feeds)) {
			buf_printf(why, "--cap-feed: more than %zu feeds",
				   ARRAY_LEN(o->cap_feeds));
			return ERR_RANGE;
		}
		o->cap_feeds[o->n_cap_feeds++] = value;
		return 0;
	case OPT_NUMBER:
		if (!span_to_i64(span_of(value), &n) || n < t->min || n > t->max) {
			buf_printf(why, "%s must be %lld to %lld, not \"%s\"", t->name,
				   (long long)t->min, (long long)t->max, value);
			return ERR_RANGE;
		}
		*(int64_t *)at = n;
		return 0;
	}
	return ERR_SYNTAX;
}

static int
read_config(struct options *o, const char *path, struct buf *why)
{
	struct buf AUTO(buf_done) text = { 0 };
	struct span rest;
	int line = 0;

	if (read_file(path, &text) < 0) {
		buf_printf(why, "%s: cannot be read", path);
		return ERR_IO;
	}
	rest = buf_span(&text);
	while (rest.n) {
		struct span l = span_trim(span_cut(&rest, '\n')), name;
		bool has_value = span_find(l, '=') >= 0;
		const struct option *t;

		line++;
		if (!l.n || l.p[0] == '#')
			continue;
		name = span_trim(span_cut(&l, '='));
		t = find(name);
		if (!t || t->off == O(config)) {
			buf_printf(why, "%s:%d: no option \"" SPAN_FMT "\"", path, line,
				   SPAN_ARG(name));
			return ERR_SYNTAX;
		}
		if (!has_value && t->type != OPT_FLAG) {
			buf_printf(why, "%s:%d: %s wants a value: %s = …", path, line,
				   t->name, t->name);
			return ERR_SYNTAX;
		}
		if (set(o, t, arena_dup(&o->arena, span_trim(l)), why) < 0) {
			buf_printf(why, " (%s:%d)", path, line);
			return ERR_SYNTAX;
		}
	}
	return 0;
}

static int
read_flags(int argc, char **argv, struct options *o, bool only_config, struct buf *why)
{
	for (int i = 0; i < argc; i++) {
		const struct option *t;
		const char *eq = strchr(argv[i], '=');
		struct span name = span_of(argv[i]);

		if (!span_starts(name, SPAN("--"))) {
			buf_printf(why, "what is \"%s\"?", argv[i]);
			return ERR_SYNTAX;
		}
		name = span_skip(name, 2);
		if (eq)
			name.n = (size_t)(eq - argv[i]) - 2;
		t = find(name);
		if (!t) {
			buf_printf(why, "no option \"--" SPAN_FMT "\"", SPAN_ARG(name));
			return ERR_SYNTAX;
		}
		if (!eq && t->type != OPT_FLAG && ++i == argc) {
			buf_printf(why, "--%s wants a value", t->name);
			return ERR_SYNTAX;
		}
		if (only_config != (t->off == O(config) && t->type == OPT_TEXT))
			continue;
		if (t->off == O(listen))
			o->listen_given = true;
		if (set(o, t,
			eq                    ? eq + 1
			: t->type == OPT_FLAG ? "yes"
					      : argv[i],
			why) < 0)
			return ERR_SYNTAX;
	}
	return 0;
}

int
options_read(int argc, char **argv, struct options *ret, struct buf *why)
{
	*ret = (struct options){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].standard)
			set(ret, &table[i], table[i].standard, why);
	if (read_flags(argc, argv, ret, true, why) < 0)
		return ERR_SYNTAX;
	if (ret->config && read_config(ret, ret->config, why) < 0)
		return ERR_SYNTAX;
	if (read_flags(argc, argv, ret, false, why) < 0)
		return ERR_SYNTAX;
	if (report_shifts_read(span_of(ret->shifts), &(struct report_ask){ 0 }))
		return 0;
	buf_printf(why, "shifts wants hours like 06-14-22, rising, not \"%s\"",
		   ret->shifts);
	return ERR_RANGE;
}

void
options_help(struct buf *b)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		buf_printf(b, "  --%-18s %s%s%s%s\n", table[i].name, table[i].sentence,
			   table[i].standard ? " (" : "",
			   table[i].standard ? table[i].standard : "",
			   table[i].standard ? ")" : "");
}
