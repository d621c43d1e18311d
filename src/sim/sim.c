/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/inner.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

#define SIM(name) extern const struct sim_protocol sim_##name;
#include "sim/sim.def"
#undef SIM

const struct sim_protocol *const sim_protocols[] = {
#define SIM(name) &sim_##name,
#include "sim/sim.def"
#undef SIM
	NULL,
};

const struct sim_protocol *
sim_find(const char *door)
{
	for (size_t i = 0; sim_protocols[i]; i++)
		if (strcmp(sim_protocols[i]->door, door) == 0)
			return sim_protocols[i];
	return NULL;
}

void
sim_identity(const char *first, unsigned n, char *ret, size_t cap)
{
	size_t at, len;

	snprintf(ret, cap, "%s", first);
	len = strlen(ret);
	for (at = len; n; at--) {
		unsigned digit;

		if (!at ||
		    !isdigit((unsigned char)ret[at - 1])) { /* no room to count */
			snprintf(ret + len, cap - len, "%u", n);
			return;
		}
		digit = (unsigned)(ret[at - 1] - '0') + n;
		ret[at - 1] = (char)('0' + digit % 10);
		n = digit / 10;
	}
}

uint16_t
sim_crc(const void *p, size_t n, uint16_t poly, uint16_t start, uint16_t flip)
{
	const uint8_t *b = p;
	uint16_t v = start;

	for (size_t i = 0; i < n; i++) {
		v ^= b[i];
		for (int k = 0; k < 8; k++)
			v = (uint16_t)(v & 1 ? v >> 1 ^ poly : v >> 1);
	}
	return v ^ flip;
}

uint16_t
sim_crc_xmodem(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint16_t v = 0;

	for (size_t i = 0; i < n; i++) {
		v ^= (uint16_t)(b[i] << 8);
		for (int k = 0; k < 8; k++)
			v = (uint16_t)(v & 0x8000 ? v << 1 ^ 0x1021 : v << 1);
	}
	return v;
}

void
sim_put(struct buf *b, uint64_t v, int n)
{
	while (n--)
		buf_add_c(b, (char)(v >> 8 * n));
}

void
sim_put_le(struct buf *b, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		buf_add_c(b, (char)(v >> 8 * i));
}

void
sim_bcd(struct buf *b, const char *digits, int n)
{
	int len = (int)strlen(digits);

	for (int i = 2 * n; i > 0; i -= 2) {
		int hi = i <= len ? digits[len - i] - '0' : 0;
		int lo = i - 1 <= len ? digits[len - i + 1] - '0' : 0;

		buf_add_c(b, (char)((hi & 15) << 4 | (lo & 15)));
	}
}

struct tm
sim_clock(const struct sim_device *d)
{
	time_t s = (time_t)(d->at / 1000);
	struct tm t;

	gmtime_r(&s, &t);
	return t;
}

void
sim_clock6(struct buf *b, const struct sim_device *d)
{
	struct tm t = sim_clock(d);
	char six[6] = { (char)(t.tm_year % 100), (char)(t.tm_mon + 1), (char)t.tm_mday,
			(char)t.tm_hour,         (char)t.tm_min,       (char)t.tm_sec };

	buf_add(b, six, sizeof six);
}

void
sim_minutes(struct buf *b, double degrees, int digits)
{
	double whole = floor(fabs(degrees));

	buf_printf(b, "%0*d%07.4f", digits, (int)whole, (fabs(degrees) - whole) * 60);
}

uint64_t
sim_number(struct span s, size_t at, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++, at++)
		v = v << 8 | (at < s.n ? (uint8_t)s.p[at] : 0);
	return v;
}

void
sim_say(struct sim_heard *h, enum sim_heard_kind kind, const char *fmt, ...)
{
	va_list ap;

	h->kind = kind;
	va_start(ap, fmt);
	vsnprintf(h->words, sizeof h->words, fmt, ap);
	va_end(ap);
	for (char *p = h->words; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '.';
}

size_t
sim_until(struct span in, char end)
{
	const char *p = in.n ? memchr(in.p, end, in.n) : NULL;

	return p ? (size_t)(p - in.p) + 1 : 0;
}

/* --- HTTP */

void
sim_post(struct sim_device *d, struct buf *out, const char *path, const char *headers,
	 struct span body)
{
	buf_printf(out, "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %zu\r\n\r\n",
		   path, d->host, headers ? headers : "", body.n);
	buf_add_span(out, body);
}

void
sim_get(struct sim_device *d, struct buf *out, struct span path)
{
	buf_printf(out, "GET " SPAN_FMT " HTTP/1.1\r\nHost: %s\r\n\r\n", SPAN_ARG(path),
		   d->host);
}

void
sim_query(struct buf *b, const char *text)
{
	for (; *text; text++)
		if (isalnum((unsigned char)*text))
			buf_add_c(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
}

/* The end of the head, and what it says of the body's length. */
static size_t
head_of(struct span in, size_t *ret_body)
{
	*ret_body = 0;
	for (size_t i = 0; i + 4 <= in.n; i++) {
		if (strncasecmp(in.p + i, "\nContent-Length:",
				in.n - i < 16 ? in.n - i : 16) == 0)
			*ret_body = (size_t)strtoul(in.p + i + 16, NULL, 10);
		if (memcmp(in.p + i, "\r\n\r\n", 4) == 0)
			return i + 4;
	}
	return 0;
}

size_t
sim_http_cut(struct span in)
{
	size_t body, head = head_of(in, &body);

	return head && head + body <= in.n ? head + body : 0;
}

void
sim_http_hear(struct sim_device *d, struct span message, struct sim_heard *ret,
	      struct buf *out)
{
	size_t body, head = head_of(message, &body);
	struct span status = { message.p, sim_until(message, '\r') };

	(void)d, (void)out;
	if (status.n > 10)
		status = (struct span){ message.p + 9, status.n - 10 };
	sim_say(ret, status.n && *status.p == '2' ? SIM_ANSWER : SIM_NOISE,
		SPAN_FMT " %.*s", SPAN_ARG(status), body > 100 ? 100 : (int)body,
		message.p + head);
}
