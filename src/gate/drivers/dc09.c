/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alarm panels and fixed panic buttons: SIA DC-09, TCP and UDP 10500. Source:
 * ANSI/SIA DC-09-2021 as public code and captures show it. docs/protocols/dc09.md.
 *
 *   LF crc len "TOKEN"SEQ[Rrcvr]Lline[#acct][DATA][xdata]…[_HH:MM:SS,MM-DD-YYYY] CR
 * crc CRC-16/ARC, len of what stands from the first quote to before CR: four hex
 * digits each; some panels write crc as two bytes. Neither is a reason to drop a
 * call. TOKEN NULL (link test), ADM-CID, SIA-DCS; with a star what follows the
 * first [ is hex of AES-CBC, to its end: pad|DATA][xdata]…_time or, NULL, pad]_time;
 * DATA with or without its account.
 *   ADM-CID  #acct|QEEE GG ZZZ, or 18QEEEGGZZZ and a check digit
 *   SIA-DCS  #acct|Nri1/PA001^text^/…   ri area, other small letters skipped; text
 *            also as *'text'NM; DATA may stand several times, each with #acct
 *   xdata    X ddd E mm.mmmm longitude, Y dd N mm.mmmm latitude; others are skipped
 * Answers: "ACK" with SEQ…acct repeated, "DUH" not understood, "NAK" with our time.
 */
#include "base/err.h"
#include "base/time.h"
#include "base/utf8.h"
#include "gate/wire/dc09.h"
#include "gate/wire/panel.h"
#include "gate/wire/pick.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

/* Of an encrypted message, by the standard. Others tell local time too often. */
#define EARLY_MS 20000
#define LATE_MS 40000
/* Who calls without telling an account is heard as this one. */
#define NOBODY "no-id"

/* "010E57.5698080": degrees, hemisphere, minutes. */
static double
degrees(struct span s, const char *minus)
{
	size_t n = 0;

	while (n < s.n && isdigit((unsigned char)s.p[n]))
		n++;
	if (!n || n == s.n)
		return NAN;
	return (pick_within((struct span){ s.p, n }, 0, 180) +
		pick_within(span_skip(s, n + 1), 0, 60) / 60) *
	       (toupper((unsigned char)s.p[n]) == *minus ? -1 : 1);
}

static struct gate_report *
report(const struct dc09 *m, enum gate_report_kind kind, struct gate_out *out)
{
	char identity[GATE_IDENTITY_MAX], count[12];
	struct gate_report *r;
	struct span more = m->more;
	double lat = NAN, lon = NAN;

	pick_copy(identity, sizeof identity, m->account.n ? m->account : SPAN(NOBODY));
	for (char *c = identity; *c; c++)
		if (!isascii((unsigned char)*c))
			*c = '?';
	r = gate_report_add(out, kind, identity);
	if (!r)
		return NULL;
	while (more.n) {
		struct span x = dc09_block(&more);

		if (span_starts(x, SPAN("[X")))
			lon = degrees(span_skip(x, 2), "W");
		if (span_starts(x, SPAN("[Y")))
			lat = degrees(span_skip(x, 2), "S");
	}
	pick_position(lat, lon, &r->position);
	r->device_time_ms = m->time_ms;
	/* The same bytes come again until they are answered. */
	pick_key(r, m->body);
	snprintf(count, sizeof count, "-%zu", out->n_reports - 1);
	if (*r->key)
		strncat(r->key, count, sizeof r->key - strlen(r->key) - 1);
	return r;
}

static void
words_set(struct gate_report *r, const char *words, struct span more)
{
	size_t n;

	if (!r)
		return;
	n = (size_t)snprintf(r->text, sizeof r->text, "%s%s", words,
			     more.n && *words ? ": " : "");

	if (utf8_is_valid(more) && n + more.n < sizeof r->text)
		pick_copy(r->text + n, sizeof r->text - n, more);
	else if (more.n && n >= 2)
		r->text[n - 2] = 0;
}

static void
event_report(const struct dc09 *m, const char *code, const struct panel_event *e,
	     bool is_alarm, int area, int zone, struct span text, struct gate_out *out)
{
	struct gate_report *r = report(m, GATE_UNKNOWN, out);

	if (!r)
		return;
	/* An alarm that is in no table is a call. */
	r->kind = e ? e->kind : is_alarm ? GATE_ALARM : GATE_UNKNOWN;
	r->alarms = e ? e->alarms : is_alarm ? GATE_GENERAL : 0;
	snprintf(r->code, sizeof r->code, "%s", code);
	r->area = area;
	r->zone = zone;
	words_set(r, e ? e->words : "", span_trim(text));
}

static bool
contact_id(const struct dc09 *m, struct gate_out *out)
{
	char d[16] = { 0 }, code[8];
	size_t n = 0;
	int event;
	const char *at = d;

	for (size_t i = 0; i < m->data.n && n < sizeof d - 1; i++)
		if (isxdigit((unsigned char)m->data.p[i]))
			d[n++] = m->data.p[i] == 'A' ? '0' : m->data.p[i];
	if (n >= 11 && !strncmp(d, "18", 2)) /* the kind of message comes first */
		at = d + 2;
	if (strlen(at) < 9 || !strchr("136", *at))
		return false;
	event = pick_int((struct span){ at + 1, 3 }, 0, 999);
	if (event < 0)
		return false;
	snprintf(code, sizeof code, "%c%03d",
		 *at == '3'   ? 'R'
		 : *at == '6' ? 'P'
			      : 'E',
		 event);
	event_report(m, code, panel_contact_id(event, *at - '0'),
		     event / 100 == 1 && *at != '3',
		     pick_int((struct span){ at + 4, 2 }, 0, 99),
		     pick_int((struct span){ at + 6, 3 }, 0, 999), (struct span){ 0 },
		     out);
	return true;
}

/* Skips "ri04" and its like; area is what ri told. */
static void
modifiers_skip(struct span *s, int *area)
{
	while (s->n &&
	       (s->p[0] == '/' || (s->n > 2 && islower((unsigned char)*s->p)))) {
		struct span name = { s->p, 2 };
		size_t n = 0;

		if (s->p[0] == '/') {
			*s = span_skip(*s, 1);
			continue;
		}
		*s = span_skip(*s, 2);
		while (n < s->n && s->p[n] != '/' && !isupper((unsigned char)s->p[n]))
			n++;
		if (span_is_z(name, "ri"))
			*area = pick_int((struct span){ s->p, n }, 0, 9999);
		*s = span_skip(*s, n);
	}
}

static bool
is_code(struct span s)
{
	return s.n >= 2 && isupper((unsigned char)s.p[0]) &&
	       (isupper((unsigned char)s.p[1]) || s.p[1] == '_');
}

/* A new event or an old one: N or O before it. Some leave it out, and a code may begin
 * with that letter. */
static struct span
mark_skip(struct span s)
{
	struct span rest = s.n ? span_skip(s, 1) : s;

	if (!s.n || (s.p[0] != 'N' && s.p[0] != 'O'))
		return s;
	return !rest.n || islower((unsigned char)rest.p[0]) || rest.p[0] == '/' ||
			       is_code(rest)
		       ? rest
		       : s;
}

static bool
sia_events(const struct dc09 *m, struct gate_out *out)
{
	struct span s = mark_skip(m->data);
	int area = -1;
	size_t n;

	for (n = 0; n < GATE_REPORTS_MAX; n++) {
		struct span zone;
		char code[3];
		size_t digits = 0;

		modifiers_skip(&s, &area);
		if (!is_code(s))
			break;
		pick_copy(code, sizeof code, s);
		s = span_skip(s, 2);
		while (digits < s.n && isdigit((unsigned char)s.p[digits]))
			digits++;
		zone = (struct span){ s.p, digits };
		s = span_skip(s, digits);
		event_report(m, code, panel_sia(span_of(code)), code[1] == 'A', area,
			     pick_int(zone, 0, 99999), dc09_words(&s), out);
		while (dc09_words(&s).n) /* more of the same event */
			;
		span_cut(&s, '/');
	}
	return n > 0;
}

/* False: one of them is not understood. */
static bool
inside_decode(struct dc09 *m, struct gate_out *out)
{
	bool is_known = true;

	if (span_is_z(m->token, "NULL")) /* some put a dummy event into it */
		return report(m, GATE_ALIVE, out);
	do {
		if ((span_is_z(m->token, "ADM-CID") && contact_id(m, out)) ||
		    (span_is_z(m->token, "SIA-DCS") && sia_events(m, out)))
			continue;
		words_set(report(m, GATE_UNKNOWN, out), "", m->data);
		is_known = false;
	} while (dc09_next(m));
	return is_known;
}

static int
dc09_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct dc09 m = { .time_ms = TIME_NONE };
	bool is_known;

	(void)state;
	if (!dc09_parse(in->msg, &m))
		return ERR_SYNTAX;
	if (m.is_secret && !dc09_unlock(in, &m)) {
		/* No answer: the panel keeps trying, and takes its second path. */
		m.data = m.more = (struct span){ 0 };
		m.time_ms = TIME_NONE;
		words_set(report(&m, GATE_UNKNOWN, out), "encrypted, and no key fits",
			  (struct span){ 0 });
		return 0;
	}
	is_known = inside_decode(&m, out);
	/* Late, it may be an old message played again: heard, but it proves nothing,
	 * and the panel is told the time. */
	if (m.is_secret &&
	    (m.time_ms > in->now_ms + EARLY_MS || m.time_ms < in->now_ms - LATE_MS)) {
		dc09_wrong_time(in->now_ms, out);
		return 0;
	}
	for (size_t i = 0; i < out->n_reports; i++)
		out->reports[i].is_proven = m.is_secret && !m.is_foreign;
	dc09_answer(&m, in->now_ms, is_known ? "ACK" : "DUH", out);
	return 0;
}

const struct gate_driver gate_driver_dc09 = {
	.name = "dc09",
	.port = 10500,
	.wire = GATE_TCP | GATE_UDP | GATE_KEYED,
	.frame = dc09_frame,
	.decode = dc09_decode,
};
