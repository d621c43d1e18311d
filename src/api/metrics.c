/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures for a monitor, in the text form of Prometheus: whether a call for help would
 * be made durable, heard and passed on, and what runs short. Counts only: no names, no
 * places. deploy/examples/alerts.yml says which of them should wake somebody.
 */
#include "api/routes.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static void
gauge(struct buf *b, const char *name, const char *help, double v)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s gauge\n%s %.17g\n", name, help, name,
		   name, v);
}

/* Of the live world: who trains wakes nobody. */
static void
write_incidents(const struct model *m, int64_t now, struct buf *b)
{
	int64_t oldest = now;
	size_t n_new = 0;
	void *rec;

	for (size_t i = 0; map_next(&m->tables[NOUN_INCIDENT], &i, NULL, &rec);) {
		const struct incident *it = rec;

		if (it->r.world != WORLD_LIVE || it->state != INCIDENT_NEW ||
		    it->is_test)
			continue;
		n_new++;
		oldest = it->m_raised < oldest ? it->m_raised : oldest;
	}
	gauge(b, "kumak_incidents_open", "open incidents", (double)m->open_incidents);
	gauge(b, "kumak_incidents_new", "of those, taken by nobody", (double)n_new);
	gauge(b, "kumak_incident_new_seconds", "how long the oldest of these waits",
	      n_new ? (double)(now - oldest) / 1000 : 0);
}

static void
write_devices(const struct model *m, struct buf *b)
{
	size_t n[3] = { 0 };
	void *rec;

	for (size_t i = 0; map_next(&m->tables[NOUN_DEVICE], &i, NULL, &rec);) {
		const struct device *d = rec;

		if (d->state != DEVICE_BOUND)
			continue;
		n[0]++;
		n[1] += d->link == LINK_LATE;
		n[2] += d->link == LINK_LOST;
	}
	gauge(b, "kumak_devices", "devices that are bound", (double)n[0]);
	gauge(b, "kumak_devices_late", "of those, late", (double)n[1]);
	gauge(b, "kumak_devices_lost", "of those, lost", (double)n[2]);
}

/* By the names that monitors know. */
static void
write_process(struct buf *b)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long all = 0, resident = 0;
	struct rusage u;

	if (f && fscanf(f, "%ld %ld", &all, &resident) == 2)
		gauge(b, "process_resident_memory_bytes", "memory in use",
		      (double)resident * (double)sysconf(_SC_PAGESIZE));
	if (f)
		fclose(f);
	if (getrusage(RUSAGE_SELF, &u) != 0)
		return;
	buf_printf(b,
		   "# HELP process_cpu_seconds_total time of processors\n"
		   "# TYPE process_cpu_seconds_total counter\n"
		   "process_cpu_seconds_total %.6f\n",
		   (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
			   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
}

static void
write_room(struct call *c, struct buf *b)
{
	struct dispatch_status s;
	unsigned open, with_sound;
	size_t feeds, failing;

	dispatch_status(c->api->cfg.dispatch, &s);
	live_counts(c->api->live, &open, &with_sound);
	cap_readers_count(c->api->cfg.feeds, &feeds, &failing);
	gauge(b, "kumak_consoles_open", "consoles and boards connected", open);
	gauge(b, "kumak_consoles_with_sound", "of those, with sound unlocked",
	      with_sound);
	gauge(b, "kumak_second_path_set", "alarms can leave the room",
	      s.has_second_path);
	gauge(b, "kumak_second_path_ok", "the last one did", s.second_path_ok);
	gauge(b, "kumak_pages_waiting", "messages of the second path waiting",
	      (double)s.pages_waiting);
	gauge(b, "kumak_synthetic_ok", "the synthetic SOS went through",
	      s.synthetic_ok);
	gauge(b, "kumak_synthetic_ms", "how long it took", (double)s.synthetic_ms);
	gauge(b, "kumak_feeds", "feeds of alerts that are read", (double)feeds);
	gauge(b, "kumak_feeds_failing", "of those, not readable at the last look",
	      (double)failing);
}

void
metrics_get(struct call *c)
{
	struct journal *j = c->api->cfg.journal;
	struct buf *b = &c->out;

	if (!c->req->is_loopback && (c->auth.how != AUTH_BEARER ||
				     c->who->role == ROLE_NONE || c->who->sos_only)) {
		answer_problem(c, 403, "not_allowed", "from loopback, or with a token");
		return;
	}
	gauge(b, "kumak_events_decided", "number of the last event decided",
	      (double)journal_tail(j));
	gauge(b, "kumak_events_durable", "number of the last event on disk",
	      (double)journal_durable(j));
	write_incidents(c->m, journal_now(j), b);
	write_room(c, b);
	write_devices(c->m, b);
	gauge(b, "kumak_site_tests_overdue",
	      "sites whose button was not tested in time",
	      (double)room_tests_overdue(c->api, WORLD_LIVE));
	gauge(b, "kumak_disk_used_pct", "of the data folder's file system",
	      room_disk_used_pct(c->api));
	write_process(b);
	http_respond(c->ex, 200, "text/plain; version=0.0.4; charset=utf-8",
		     (struct span){ 0 }, buf_span(b));
	buf_done(b);
}
