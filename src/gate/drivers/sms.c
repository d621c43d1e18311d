/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text messages from a gateway, as Kannel hands them over: one HTTP request each.
 * Source: Kannel user guide 1.4.5, "SMS-service" (escapes of get-url and post-url),
 * and its X-Kannel headers. docs/protocols/sms.md has the lines of a configuration.
 *
 *   GET|POST /?from=%p&to=%P&text=%b&coding=%c&charset=%C&id=%I&time=%T&udh=%u
 *   POST with the text as body and X-Kannel-From, -To, -Time, -Coding, -UDH, -Id
 * The gateway's secret: Authorization: Basic (any name : secret) or Bearer secret.
 * A wrong secret is no reason to drop a call: it proves nothing, that is all.
 * The answer's body, when the node gives one, is what the gateway sends back.
 */
#include "gate/wire/sms.h"

#include "base/err.h"
#include "base/time.h"
#include "gate/wire/gsm7.h"
#include "gate/wire/pick.h"

#define SECRET_MAX 128

struct told {
	const struct pick_http *http;
	char *room; /* decoded values, one after the other */
	size_t n;
};

/* Which of its headers a Kannel sends is a matter of its configuration. */
static bool
is_kannel_post(const struct pick_http *http)
{
	static const char *const names[] = { "from", "to",     "time", "service",
					     "smsc", "coding", "id",   "udh" };
	char name[24] = "x-kannel-";

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		strcpy(name + 9, names[i]);
		if (pick_http_header(http, name).p)
			return true;
	}
	return false;
}

static struct span
take(struct told *t, const char *key, const char *other, const char *header)
{
	const char *const names[] = { key, other };
	struct span v = { NULL, 0 };

	for (size_t i = 0; i < 2 && !v.p; i++) {
		if (!names[i])
			continue;
		v = pick_form(t->http->query, names[i], t->room, t->n);
		if (!v.p && !is_kannel_post(t->http))
			v = pick_form(t->http->body, names[i], t->room, t->n);
	}
	if (v.p) {
		t->room += v.n;
		t->n -= v.n;
		return v;
	}
	return header ? pick_http_header(t->http, header) : (struct span){ NULL, 0 };
}

/* A header's UDH is "050003…" or "%05%00%03…", a query's is decoded already. */
static void
parts_of(struct span udh, struct sms *m)
{
	bool is_hex = udh.n >= 2 && (uint8_t)udh.p[0] >= '0';
	char plain[64];
	size_t n = 0;

	for (size_t i = 0;
	     is_hex && udh.p[0] != '%' && i + 1 < udh.n && n < sizeof plain; i += 2)
		plain[n++] = (char)((hex_digit(udh.p[i]) & 15) << 4 |
				    (hex_digit(udh.p[i + 1]) & 15));
	if (n)
		udh.n = 0;
	for (size_t i = 0; i < udh.n && n < sizeof plain; i++) {
		if (udh.p[i] == '%' && i + 2 < udh.n && hex_digit(udh.p[i + 1]) >= 0 &&
		    hex_digit(udh.p[i + 2]) >= 0) {
			plain[n++] = (char)(hex_digit(udh.p[i + 1]) << 4 |
					    hex_digit(udh.p[i + 2]));
			i += 2;
		} else {
			plain[n++] = udh.p[i];
		}
	}
	udh_parts((struct span){ plain, n }, &m->ref, &m->part, &m->total);
}

/* Named by itself, or as in: text/plain; charset="UTF-16BE". */
static struct span
charset_of(struct told *t)
{
	struct span s = take(t, "charset", NULL, NULL);
	struct span type = pick_http_header(t->http, "content-type");

	if (s.p)
		return s;
	while (type.n) {
		struct span value = span_cut(&type, ';');
		struct span key = span_cut(&value, '=');

		value = span_trim(value);
		if (!pick_is_word(key, "charset"))
			continue;
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = (struct span){ value.p + 1, value.n - 2 };
		return value;
	}
	return (struct span){ NULL, 0 };
}

/* UTF-8 out of what the gateway says it is. */
static struct span
text_of(struct span raw, struct span charset, struct span coding, char *room,
	size_t cap)
{
	size_t n;

	if (pick_is_word(charset, "UTF-8") || pick_is_word(charset, "UTF8") ||
	    pick_is_word(charset, "US-ASCII"))
		return raw;
	if (pick_is_word(charset, "UTF-16BE") || pick_is_word(charset, "UTF16-BE") ||
	    pick_is_word(charset, "UTF-16") || pick_is_word(charset, "UCS-2") ||
	    pick_is_word(charset, "ISO-10646-UCS-2") ||
	    (!charset.n && pick_is_word(coding, "2")))
		n = ucs2_to_utf8(raw, room, cap);
	else if (pick_is_word(charset, "ISO-8859-1") ||
		 pick_is_word(charset, "WINDOWS-1252"))
		n = latin1_to_utf8(raw, room, cap);
	else
		return raw;
	return (struct span){ room, n };
}

/* "Basic bmFtZTpzZWNyZXQ=": what stands behind the colon. */
static struct span
basic_secret(struct span b64, char room[SECRET_MAX])
{
	struct span all = { room, pick_base64(b64, room, SECRET_MAX) };

	span_cut(&all, ':');
	return all;
}

static bool
is_secret_right(const struct gate_in *in, const struct pick_http *http)
{
	struct span given = pick_http_header(http, "authorization");
	struct span how = span_cut(&given, ' ');
	char room[SECRET_MAX];
	struct gate_key key;

	if (!in->find_key || !in->find_key(in->ctx, "", &key))
		return false;
	given = span_trim(given);
	if (pick_is_word(how, "basic"))
		given = basic_secret(given, room);
	else if (!pick_is_word(how, "bearer"))
		given.n = 0;
	return gate_secret_is(&key, given);
}

static int
sms_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	char room[6000], text[GATE_WORDS_MAX];
	struct pick_http http;
	struct told t = { &http, room, sizeof room };
	struct sms m = { .at_ms = TIME_NONE };
	struct span raw, udh;

	(void)state;
	if (!pick_http(in->msg, &http)) {
		gate_reply_printf(
			out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
		return ERR_SYNTAX;
	}
	m.from = take(&t, "from", "sender", "x-kannel-from");
	raw = take(&t, "text", "message", NULL);
	if (!raw.p && is_kannel_post(&http))
		raw = http.body;
	if (!m.from.p && !raw.p) { /* neither who nor what: no message at all */
		gate_reply_printf(
			out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
		return ERR_SYNTAX;
	}
	m.id = take(&t, "id", "smsid", "x-kannel-id");
	m.at_ms = pick_timestamp(take(&t, "time", "timestamp", "x-kannel-time"));
	udh = take(&t, "udh", NULL, "x-kannel-udh");
	parts_of(udh, &m);
	m.text =
		text_of(raw, charset_of(&t),
			take(&t, "coding", NULL, "x-kannel-coding"), text, sizeof text);
	m.is_proven = is_secret_right(in, &http);
	sms_read(&m, in->now_ms, out);
	return 0; /* the door writes the answer: it knows what is owed */
}

const struct gate_driver gate_driver_sms = {
	.name = "sms",
	.port = 13080,
	.wire = GATE_TCP | GATE_HTTP | GATE_RELAYED | GATE_PHONES,
	.frame = pick_http_frame,
	.decode = sms_decode,
};
