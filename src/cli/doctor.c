/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak doctor: what is wrong with this machine, before a night shift finds out. Looks
 * at the folder, the disk, the clock, the limits, the addresses, the certificate and,
 * if the node runs, asks it how it is. Changes nothing. One line a finding: what, and
 * what to do; exit code 1 when one of them is bad.
 */
#include "cli/cli.h"

#include "base/auto.h"
#include "net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define SYNCS 200       /* enough for a 99th percentile */
#define SYNC_BYTES 4096 /* what a press writes, and a little */
#define SYNC_SLOW_MS 20 /* people feel it in a storm */
#define SYNC_BAD_MS 250 /* positions may be no later than this on disk */
#define FILES_WANTED 20000
#define CERTIFICATE_DAYS 30
#define CLOCK_OFF_MS (5 * 60000)
#define CLOCK_AHEAD_MS (30 * 86400000LL)

enum level { FINE, CARE, BAD };

struct doctor {
	struct options o;
	bool is_node, is_running;
	struct client node;
	unsigned n[3];
};

__attribute__((format(printf, 4, 5))) static void
say(struct doctor *d, enum level level, const char *what, const char *fmt, ...)
{
	static const char *const words[] = { "ok  ", "care", "BAD " };
	va_list ap;

	d->n[level]++;
	printf("%s  %-13s ", words[level], what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void
path_in(struct buf *b, const struct doctor *d, const char *leaf)
{
	buf_clear(b);
	buf_printf(b, "%s/%s", d->o.data, leaf);
}

/* --- the folder ---------------------------------------------------------------- */

static void
look_at_secret(struct doctor *d, const char *leaf)
{
	struct buf AUTO(buf_done) path = { 0 };
	struct stat st;

	path_in(&path, d, leaf);
	if (stat(path.p, &st) < 0)
		say(d, BAD, leaf,
		    "%s: without it names, numbers and messages cannot be read; bring "
		    "it back from its copy",
		    strerror(errno));
	else if (st.st_mode & 077)
		say(d, BAD, leaf, "others of this machine can read it: chmod 600 %s",
		    path.p);
}

/* A start refuses another node's key, or none. */
static void
look_at_node_key(struct doctor *d)
{
	struct buf AUTO(buf_done) why = { 0 }, path = { 0 };
	uint8_t key[64];

	path_in(&path, d, "node.key");
	if (access(path.p, F_OK) < 0)
		return; /* told */
	if (node_key_load(d->o.data, false, key, &why) < 0 ||
	    cli_check_key(d->o.data, key, &why) < 0)
		say(d, BAD, "node.key", "%s: bring the node's own back from its copy",
		    why.p ? why.p : "it cannot be read");
	crypt_wipe(key, sizeof key);
}

/* Its newest event was made by this clock. */
static void
look_at_last_event(struct doctor *d)
{
	struct buf AUTO(buf_done) why = { 0 }, at = { 0 };
	int64_t now = clock_system.wall_ms(NULL);
	struct store_info info;
	struct store *s;

	if (store_open(d->o.data, STORE_READ, &s, &info, &why) < 0) {
		say(d, BAD, "store", "%s", why.p ? why.p : "it cannot be read");
		return;
	}
	store_close(s);
	if (!info.last_seq)
		return;
	time_format(&at, info.last_at);
	if (now < info.last_at - CLOCK_OFF_MS)
		say(d, BAD, "last event",
		    "of %s, which this machine's clock has yet to reach: set it", at.p);
	else if (now > info.last_at + CLOCK_AHEAD_MS)
		say(d, CARE, "last event",
		    "of %s: are this machine's clock and this folder right?", at.p);
}

static void
look_at_folder(struct doctor *d)
{
	struct buf AUTO(buf_done) path = { 0 };
	struct stat st;

	if (stat(d->o.data, &st) < 0) {
		say(d, BAD, "folder", "%s: %s", d->o.data, strerror(errno));
		return;
	}
	path_in(&path, d, "store.db");
	d->is_node = access(path.p, F_OK) == 0;
	if (!d->is_node) {
		say(d, BAD, "folder", "%s holds no node: make one with kumak init",
		    d->o.data);
		return;
	}
	if (access(path.p, R_OK | W_OK) < 0)
		say(d, BAD, "folder",
		    "%s cannot be written by this user: run as the "
		    "node's own, or chown",
		    path.p);
	else if (st.st_mode & 077)
		say(d, CARE, "folder",
		    "others of this machine may look in: chmod 700 %s", d->o.data);
	else
		say(d, FINE, "folder", "%s", d->o.data);
	look_at_secret(d, "node.key");
	look_at_secret(d, "keys");
	look_at_node_key(d);
	look_at_last_event(d);
}

/* --- the disk ------------------------------------------------------------------ */

static void
look_at_space(struct doctor *d)
{
	struct buf AUTO(buf_done) path = { 0 };
	struct statfs f;
	double free_pct, free_gb;
	enum level level;

	if (statfs(d->o.data, &f) < 0)
		return;
	if (f.f_type == TMPFS_MAGIC || f.f_type == RAMFS_MAGIC)
		say(d, BAD, "file system", "memory only: a power cut takes all of it");
	else if (f.f_type == NFS_SUPER_MAGIC || f.f_type == SMB_SUPER_MAGIC)
		say(d, BAD, "file system",
		    "of another machine: what it calls written "
		    "may be lost; use a disk of this one");
	free_pct = f.f_blocks ? 100.0 * (double)f.f_bavail / (double)f.f_blocks : 0;
	free_gb = (double)f.f_bavail * (double)f.f_bsize / 1e9;
	level = free_pct < 5 || free_gb < 1     ? BAD
		: free_pct < 10 || free_gb < 10 ? CARE
						: FINE;
	say(d, level, "space", "%.1f GB free (%.0f %%)%s", free_gb, free_pct,
	    level == FINE ? ""
			  : ": remove what is not Kumak's, or bring a larger disk");
	path_in(&path, d, "reserve");
	if (d->is_node && access(path.p, F_OK) < 0)
		say(d, BAD, "reserve",
		    "it was used up: make room, then restart the "
		    "node, which makes it anew");
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* As a press does it: one write behind the last, one fdatasync. */
static void
look_at_syncs(struct doctor *d)
{
	struct buf AUTO(buf_done) path = { 0 };
	char bytes[SYNC_BYTES] = { 1 };
	double took[SYNCS];
	bool is_good = true;
	int fd;

	path_in(&path, d, "doctor.tmp");
	fd = open(path.p, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		say(d, BAD, "sync", "%s: %s", path.p, strerror(errno));
		return;
	}
	unlink(path.p);
	for (int i = 0; i < SYNCS && is_good; i++) {
		double began = now_ms();

		is_good = pwrite(fd, bytes, sizeof bytes, (off_t)i * SYNC_BYTES) ==
				  SYNC_BYTES &&
			  fdatasync(fd) == 0;
		took[i] = now_ms() - began;
	}
	close(fd);
	if (!is_good) {
		say(d, BAD, "sync", "writing fails: %s", strerror(errno));
		return;
	}
	qsort(took, SYNCS, sizeof *took, by_value);
	say(d,
	    took[SYNCS * 99 / 100] > SYNC_BAD_MS    ? BAD
	    : took[SYNCS * 99 / 100] > SYNC_SLOW_MS ? CARE
						    : FINE,
	    "sync",
	    "median %.2f ms, 99 of 100 within %.2f ms; each press waits for one%s",
	    took[SYNCS / 2], took[SYNCS * 99 / 100],
	    took[SYNCS * 99 / 100] > SYNC_SLOW_MS
		    ? ": use a disk with power-loss protection, and no other load on it"
		    : "");
}

/* --- the machine --------------------------------------------------------------- */

static void
look_at_clock(struct doctor *d)
{
	struct timex t = { 0 };
	time_t now = time(NULL);

	if (now < 1767225600) /* 2026: before this program was */
		say(d, BAD, "clock", "it says %ld: set it", (long)now);
	else if (adjtimex(&t) == TIME_ERROR || (t.status & STA_UNSYNC))
		say(d, CARE, "clock",
		    "nothing keeps it right: install chrony or "
		    "systemd-timesyncd. Order and deadlines do not depend on it; the "
		    "times that people read do");
	else
		say(d, FINE, "clock", "kept right to %.1f ms",
		    (double)t.maxerror / 1000);
	if (access("/usr/share/zoneinfo/Asia/Karachi", R_OK) < 0)
		say(d, BAD, "time zones", "not here: apt-get install tzdata");
}

static void
look_at_limits(struct doctor *d)
{
	long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	double free_mb = (double)pages * (double)size / 1e6;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		say(d, files.rlim_max < FILES_WANTED ? CARE : FINE, "connections",
		    "%llu files may be open%s", (unsigned long long)files.rlim_max,
		    files.rlim_max < FILES_WANTED
			    ? ": each device and screen is one; raise LimitNOFILE"
			    : "");
	if (free_mb < 64)
		say(d, BAD, "memory", "%.0f MB free", free_mb);
}

/* --- what is configured -------------------------------------------------------- */

static void
look_at_program(struct doctor *d, const char *what, const char *path)
{
	if (!path || !*path)
		return;
	if (access(path, X_OK) < 0)
		say(d, BAD, what, "%s: %s", path, strerror(errno));
	else
		say(d, FINE, what, "%s", path);
}

static void
look_at_file(struct doctor *d, const char *what, const char *path)
{
	struct stat st;

	if (!path || !*path)
		return;
	if (access(path, R_OK) < 0 || stat(path, &st) < 0)
		say(d, BAD, what, "%s: %s", path, strerror(errno));
	else if (st.st_mode & 07)
		say(d, BAD, what, "everybody can read %s: chmod o= %s", path, path);
}

static void
look_at_paths(struct doctor *d)
{
	const struct options *o = &d->o;

	look_at_program(d, "second path", o->second_path);
	look_at_program(d, "printing", o->print_program);
	look_at_file(d, "sms-password", o->sms_password);
	look_at_file(d, "sms-secret", o->sms_secret);
	look_at_file(d, "mqtt-password", o->mqtt_password);
	if ((!o->second_path || !*o->second_path) && !o->sms_gateway)
		say(d, BAD, "second path",
		    "none: an alarm that nobody takes ends in the "
		    "room; see install.md");
	if (!o->listen_tls && !o->proxy)
		say(d, CARE, "addresses",
		    "no listen-tls and no proxy: only this machine "
		    "can reach the node");
}

/* Free, or held by the node that runs. */
static void
look_at_address(struct doctor *d, const char *what, const char *text)
{
	const char *colon = text ? strrchr(text, ':') : NULL;
	struct sockaddr_in a = { .sin_family = AF_INET };
	char host[64];
	int fd, one = 1, rc;

	if (!colon || d->is_running || (size_t)(colon - text) >= sizeof host)
		return;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = 0;
	a.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		return; /* of version six: the start says what is wrong with it */
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	rc = bind(fd, (struct sockaddr *)&a, sizeof a) == 0 ? listen(fd, 1) : -1;
	if (rc < 0)
		say(d, BAD, what, "%s: %s", text,
		    errno == EADDRINUSE ? "another program listens there"
					: strerror(errno));
	close(fd);
}

static void
look_at_addresses(struct doctor *d)
{
	look_at_address(d, "listen", d->o.listen);
	look_at_address(d, "listen-tls", d->o.listen_tls);
	for (size_t i = 0; i < d->o.n_devices; i++)
		look_at_address(d, "device", strchr(d->o.devices[i], '=') + 1);
}

/* That they open a door together, as the start will have it. */
static void
look_at_key_pair(struct doctor *d, struct span cert)
{
	struct buf AUTO(buf_done) key = { 0 }, why = { 0 };
	struct net_tls *tls;

	if (!d->o.tls_cert || !d->o.tls_key)
		return;
	look_at_file(d, "tls-key", d->o.tls_key);
	if (read_file(d->o.tls_key, &key) < 0)
		return; /* told above */
	if (net_tls_new(cert, buf_span(&key), (struct span){ 0 }, &tls, &why) == 0)
		net_tls_free(tls);
	else
		say(d, BAD, "tls-key", "%s: %s", d->o.tls_key,
		    why.p ? why.p : "it is not that of tls-cert");
	crypt_wipe(key.p, key.n);
}

static void
look_at_certificate(struct doctor *d)
{
	struct buf AUTO(buf_done) path = { 0 }, pem = { 0 };
	int days;

	if (!d->o.listen_tls)
		return;
	if (d->o.tls_cert)
		buf_printf(&path, "%s", d->o.tls_cert);
	else
		path_in(&path, d, "tls/node.pem");
	if (read_file(path.p, &pem) < 0) {
		if (d->o.tls_cert)
			say(d, BAD, "certificate", "%s cannot be read", path.p);
		return; /* the node makes its own at its first start */
	}
	look_at_key_pair(d, buf_span(&pem));
	days = net_certificate_days_left(buf_span(&pem), clock_system.wall_ms(NULL));
	if (days < 0)
		say(d, BAD, "certificate", "%s %s", path.p,
		    days == ERR_RANGE ? "has ended: renew it" : "is no certificate");
	else
		say(d, days < CERTIFICATE_DAYS ? CARE : FINE, "certificate",
		    "%d days left%s", days,
		    days >= CERTIFICATE_DAYS ? ""
		    : d->o.tls_cert          ? ": renew it, then restart the node"
				    : ": restart the node, which makes a new one");
}

/* --- the node that runs -------------------------------------------------------- */

/* A figure of /metrics; -1: it has none of that name. */
static double
figure(const struct buf *metrics, const char *name)
{
	struct span rest = buf_span(metrics), line, key;
	double v;

	while (rest.n) {
		line = span_cut(&rest, '\n');
		key = span_cut(&line, ' ');
		if (span_is_z(key, name) && span_to_double(line, &v))
			return v;
	}
	return -1;
}

static void
look_at_room(struct doctor *d, const struct buf *m)
{
	double sound = figure(m, "kumak_consoles_with_sound");
	double waiting = figure(m, "kumak_pages_waiting");
	double overdue = figure(m, "kumak_site_tests_overdue");
	double lost = figure(m, "kumak_devices_lost");

	if (figure(m, "kumak_second_path_set") > 0 &&
	    figure(m, "kumak_second_path_ok") == 0)
		say(d, BAD, "second path", "the last message did not leave; %.0f wait",
		    waiting);
	if (figure(m, "kumak_synthetic_ms") > 0 && figure(m, "kumak_synthetic_ok") == 0)
		say(d, BAD, "synthetic SOS", "it did not go through, or took too long");
	say(d, sound > 0 ? FINE : BAD, "consoles", "%.0f hear an alarm%s", sound,
	    sound > 0 ? "" : ": open one, and play its sound");
	if (overdue > 0)
		say(d, CARE, "site tests",
		    "%.0f sites have not tested their button in time", overdue);
	if (lost > 0)
		say(d, CARE, "devices", "%.0f of %.0f are lost", lost,
		    figure(m, "kumak_devices"));
	say(d, CARE, "standby",
	    "this machine holds the only copy: make copies, and let others keep heads");
}

static void
look_at_node(struct doctor *d)
{
	struct buf AUTO(buf_done) why = { 0 }, answer = { 0 };
	int status = ERR_CLOSED;

	if (d->is_node && client_of_node(&d->node, d->o.data, &why) == 0)
		status = client_call(&d->node, "GET", "/readyz", SPAN(""), &answer);
	d->is_running = status > 0;
	if (!d->is_running) {
		say(d, CARE, "node", "it does not run");
		return;
	}
	say(d, status == 200 ? FINE : BAD, "node", "%s",
	    status == 200 ? "it serves" : "it runs and cannot make things durable");
	buf_clear(&answer);
	if (client_call(&d->node, "GET", "/metrics", SPAN(""), &answer) == 200)
		look_at_room(d, &answer);
	else
		say(d, BAD, "node", "it does not tell how it is");
}

int
cli_doctor(int argc, char **argv)
{
	struct doctor d = { .node.fd = -1 };
	struct buf AUTO(buf_done) why = { 0 };

	if (options_read(argc, argv, &d.o, &why) < 0) {
		fprintf(stderr, "kumak doctor: %s\n", why.p);
		return 2;
	}
	look_at_folder(&d);
	look_at_node(&d);
	look_at_space(&d);
	look_at_syncs(&d);
	look_at_clock(&d);
	look_at_limits(&d);
	look_at_paths(&d);
	look_at_addresses(&d);
	look_at_certificate(&d);
	printf("%u bad, %u to care for, %u fine\n", d.n[BAD], d.n[CARE], d.n[FINE]);
	client_close(&d.node);
	arena_done(&d.o.arena);
	return d.n[BAD] > 0;
}
