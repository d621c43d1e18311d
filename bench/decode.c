/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each driver needs to frame and decode its messages, replies included:
 *   decode NAME FILE… [NAME FILE…]   captures of tests/gate, .hex or .txt
 * One JSON line a driver: messages, bytes, nanoseconds a message. No sockets, no disk.
 */
#include "gate/driver.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUN_NS 300000000     /* of each driver */
#define NOW_MS 1774260930000 /* 2026-03-23, as the captures are played */

struct capture {
	struct buf bytes;
};

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
read_hex(struct span s, struct buf *ret)
{
	int high = -1;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '#')
			while (i + 1 < s.n && s.p[i + 1] != '\n')
				i++;
		else if (hex_digit(s.p[i]) < 0)
			continue;
		else if (high < 0)
			high = hex_digit(s.p[i]);
		else {
			buf_add_c(ret, (char)(high << 4 | hex_digit(s.p[i])));
			high = -1;
		}
	}
}

/* Line ends are left out; \r \n \\ and \xHH as in C. */
static void
read_text(struct span s, struct buf *ret)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			continue;
		if (s.p[i] != '\\' || i + 1 == s.n) {
			buf_add_c(ret, s.p[i]);
		} else if (s.p[i + 1] == 'x' && i + 3 < s.n) {
			buf_add_c(ret, (char)(hex_digit(s.p[i + 2]) << 4 |
					      hex_digit(s.p[i + 3])));
			i += 3;
		} else {
			char c = s.p[++i];

			buf_add_c(ret, c == 'r' ? '\r' : c == 'n' ? '\n' : c);
		}
	}
}

static void
read_capture(const char *path, struct buf *ret)
{
	size_t n = strlen(path);
	FILE *f = fopen(path, "re");
	struct buf text = { 0 };
	int c;

	if (!f) {
		perror(path);
		exit(1);
	}
	while ((c = getc(f)) != EOF)
		buf_add_c(&text, (char)c);
	fclose(f);
	if (n > 4 && strcmp(path + n - 4, ".hex") == 0)
		read_hex(buf_span(&text), ret);
	else
		read_text(buf_span(&text), ret);
	buf_done(&text);
}

/* One connection says all of it. */
static size_t
play(const struct gate_driver *d, void *state, struct span in, struct gate_out *out)
{
	size_t n = 0;

	memset(state, 0, d->state);
	while (in.n) {
		ssize_t used = d->frame(in);

		if (used == 0)
			break;
		if (used > 0) {
			gate_out_clear(out);
			d->decode(state,
				  &(struct gate_in){ .msg = { in.p, (size_t)used },
						     .now_ms = NOW_MS },
				  out);
			n++;
		}
		in = span_skip(in, (size_t)(used < 0 ? -used : used));
	}
	return n;
}

static void
measure(const struct gate_driver *d, struct capture *c, size_t n_c)
{
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state + 1);
	size_t messages = 0, bytes = 0;
	int64_t began = now_ns(), took;

	do {
		for (size_t i = 0; i < n_c; i++) {
			messages += play(d, state, buf_span(&c[i].bytes), out);
			bytes += c[i].bytes.n;
		}
		took = now_ns() - began;
	} while (took < RUN_NS && messages);
	printf("{\"driver\":\"%s\",\"captures\":%zu,\"messages\":%zu,\"bytes\":%zu,"
	       "\"ns\":"
	       "%.0f}\n",
	       d->name, n_c, messages, bytes,
	       messages ? (double)took / (double)messages : 0);
	free(state);
	free(out);
}

int
main(int argc, char **argv)
{
	struct capture all[256];

	for (int i = 1; i < argc;) {
		const struct gate_driver *d = NULL;
		size_t n = 0;

		for (size_t k = 0; gate_drivers[k]; k++)
			if (strcmp(gate_drivers[k]->name, argv[i]) == 0)
				d = gate_drivers[k];
		for (i++; i < argc && strchr(argv[i], '/') && n < 256; i++, n++) {
			all[n].bytes = (struct buf){ 0 };
			read_capture(argv[i], &all[n].bytes);
		}
		if (d && d->frame && n)
			measure(d, all, n);
		while (n)
			buf_done(&all[--n].bytes);
	}
	return 0;
}
