/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iCalendar from outside: samples and crashers of other projects end in a message or a
 * refusal with its reason; and zones, both ways, over their changes.
 */
#include "data_help.h"

#include "base/err.h"
#include "meet/meet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static int
read_text(struct span s, struct arena *arena, struct meet_message *ret,
	  struct meet_error *why)
{
	char *exact = malloc(s.n ? s.n : 1); /* a read past the end is found */
	int rc;

	if (s.n)
		memcpy(exact, s.p, s.n);
	rc = meet_read((struct span){ exact, s.n }, arena, ret, why);
	free(exact);
	return rc;
}

/* The text as an invitation, so that its events are read too. */
static void
with_method(struct buf *b, struct span text)
{
	while (text.n) {
		struct span line = span_cut(&text, '\n');

		buf_add_span(b, line);
		buf_add_c(b, '\n');
		if (span_starts(line, SPAN("BEGIN:VCALENDAR")))
			buf_add_z(b, "METHOD:REQUEST\r\n");
	}
}

static int
each_of(const char *below, int *ret_read)
{
	const struct dirent *e;
	char dir[4096];
	int n = 0;
	DIR *d;

	if (!data_path(dir, sizeof dir, below))
		return 0;
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		struct buf AUTO(buf_done) text = { 0 }, asked = { 0 };
		struct arena AUTO(arena_done) arena = { 0 };
		struct meet_message message = { 0 };
		struct meet_error why = { 0 };
		char path[8192];

		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (e->d_name[0] == '.' || !data_read(path, &text))
			continue;
		if (read_text(buf_span(&text), &arena, &message, &why) < 0)
			assert_true(*why.text);
		with_method(&asked, buf_span(&text));
		if (read_text(buf_span(&asked), &arena, &message, &why) == 0)
			++*ret_read;
		else
			assert_true(*why.text);
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

static void
samples_and_crashers_end_well(void **state)
{
	int read = 0, n;

	(void)state;
	n = each_of("ical/libical/test-data", &read);
	if (!n)
		skip();
	n += each_of("ical/ical.js/samples", &read);
	n += each_of("ical/ical.js/test/parser", &read);
	print_message("%d files, %d of them invitations\n", n, read);
	assert_true(n > 90 && read > 3);
}

#define EVENT(more)                                                                \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:" \
	"u\r\n"                                                                    \
	"DTSTART;TZID=Asia/Karachi:20260302T100000\r\n" more                       \
	"END:VEVENT\r\nEND:VCALENDAR\r\n"

static const struct {
	const char *text, *why; /* NULL: read */
	int64_t minutes;
} messages[] = {
	{ EVENT("DURATION:PT90M\r\n"), NULL, 90 },
	{ EVENT("DTEND;TZID=Asia/Karachi:20260302T113000\r\n"), NULL, 90 },
	{ EVENT("DTEND:20260302T053000Z\r\n"), NULL, 30 },
	{ EVENT(""), NULL, 60 },
	{ EVENT("RRULE:FREQ=DAILY\r\n"), "RRULE", 0 },
	{ EVENT("DURATION:PT1M\r\n"), "it lasts", 0 },
	{ EVENT("DURATION:P3D\r\n"), "it lasts", 0 },
	{ EVENT("DTEND;TZID=Asia/Nowhere:20260302T113000\r\n"), "TZID", 0 },
	{ EVENT("DTEND:20260302T113000\r\n"), "a time without", 0 },
	{ EVENT("DTEND;VALUE=DATE:20260303\r\n"), "DTSTART", 0 },
	{ "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n", "one VCALENDAR",
	  0 },
	{ "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n", "it holds no", 0 },
	{ "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\n"
	  "END:VCALENDAR\r\n",
	  "UID", 0 },
	{ "", "it is no", 0 },
};

static void
messages_are_read_or_refused(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(messages); k++) {
		struct arena AUTO(arena_done) arena = { 0 };
		struct meet_message m = { 0 };
		struct meet_error why = { 0 };
		int rc = read_text(span_of(messages[k].text), &arena, &m, &why);

		if (!messages[k].why) {
			if (rc < 0)
				fail_msg("message %zu: %s", k, why.text);
			assert_int_equal(m.events->duration_min, messages[k].minutes);
			assert_int_equal(m.events->start, 1772427600000);
		} else if (rc == 0 || strncmp(why.text, messages[k].why,
					      strlen(messages[k].why)) != 0) {
			fail_msg("message %zu: \"%s\", not %s", k, why.text,
				 messages[k].why);
		}
	}
}

/* --- zones -------------------------------------------------------------------------
 */

static const struct {
	const char *zone, *local;
	int64_t utc;
} moments[] = {
	{ "Asia/Karachi", "2026-03-02T10:00:00", 1772427600000 },
	{ "Asia/Karachi", "2009-07-01T10:00:00", 1246420800000 },
	{ "Asia/Shanghai", "2026-03-02T10:00:00", 1772416800000 },
	{ "Europe/Berlin", "2026-03-29T01:59:59", 1774745999000 },
	{ "Europe/Berlin", "2026-03-29T03:00:00", 1774746000000 },
	/* does not come: moved on by an hour; comes twice: the first */
	{ "Europe/Berlin", "2026-03-29T02:30:00", 1774747800000 },
	{ "Europe/Berlin", "2026-10-25T02:30:00", 1792888200000 },
	{ "America/New_York", "2026-11-01T01:30:00", 1793511000000 },
	{ "UTC", "2026-03-02T10:00:00", 1772445600000 },
};

static void
zones_there_and_back(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(moments); k++) {
		struct buf AUTO(buf_done) text = { 0 };
		int64_t local, utc;

		assert_int_equal(meet_local_parse(moments[k].local, &local), 0);
		utc = meet_utc_of(moments[k].zone, local);
		if (utc != moments[k].utc)
			fail_msg("%s %s: %lld, not %lld", moments[k].zone,
				 moments[k].local, (long long)utc,
				 (long long)moments[k].utc);
		meet_zone_time(&text, moments[k].zone, utc);
		assert_int_equal(time_parse(buf_span(&text), &local), 0);
		assert_int_equal(local, utc);
	}
}

static void
what_is_no_zone_is_refused(void **state)
{
	static const char *const bad[] = { "",
					   "/etc/passwd",
					   "../../etc/passwd",
					   "Asia/../../../etc/passwd",
					   "Asia/Nowhere",
					   "Asia/Karachi\n",
					   "Asia\\Karachi" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++)
		assert_false(meet_zone_is_known(bad[k]));
	assert_true(meet_zone_is_known("Asia/Karachi"));
}

/* A series stays at its hour over a change of the clock. */
static void
a_series_keeps_its_hour(void **state)
{
	struct series s = { .cadence = (char[]){ "FREQ=WEEKLY" },
			    .zone = (char[]){ "Europe/Berlin" },
			    .starts = (char[]){ "2026-03-25T10:00:00" } };
	int64_t at[3];

	(void)state;
	assert_int_equal(meet_coming(&s, 0, at, 3), 3);
	assert_int_equal(at[1] - at[0], 7 * 86400000ll - 3600000);
	assert_int_equal(at[2] - at[1], 7 * 86400000ll);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_and_crashers_end_well),
		cmocka_unit_test(messages_are_read_or_refused),
		cmocka_unit_test(zones_there_and_back),
		cmocka_unit_test(what_is_no_zone_is_refused),
		cmocka_unit_test(a_series_keeps_its_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
