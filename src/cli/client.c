/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small blocking HTTP/1.1 client for loopback, and whole files. Keeps one
 * connection; opens it again once when the server has let it go.
 */
#include "cli/cli.h"

#include "base/auto.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int
client_open(struct client *c, const char *url, const char *token)
{
	struct span u = span_of(url), host;
	int64_t port = 80;

	*c = (struct client){ .fd = -1 };
	if (!span_starts(u, SPAN("http://")))
		return ERR_UNSUPPORTED;
	u = span_skip(u, 7);
	host = span_cut(&u, ':');
	if (u.n && !span_to_i64(u, &port))
		return ERR_SYNTAX;
	snprintf(c->host, sizeof c->host, SPAN_FMT, SPAN_ARG(host));
	c->port = (int)port;
	c->token = token ? span_dup(span_of(token)) : NULL;
	return 0;
}

void
client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	free(c->token);
	c->token = NULL;
}

static int
connect_to(struct client *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)c->port) };
	struct timeval patience = { .tv_sec = 20 };

	if (inet_pton(AF_INET, c->host, &a.sin_addr) != 1)
		return ERR_SYNTAX;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return ERR_IO;
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(c->fd, (struct sockaddr *)&a, sizeof a) < 0) {
		close(c->fd);
		c->fd = -1;
		return ERR_IO;
	}
	return 0;
}

static int
send_all(int fd, struct span s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);

		if (n <= 0)
			return ERR_IO;
		s = span_skip(s, (size_t)n);
	}
	return 0;
}

/* Reads one answer; its length is told by Content-Length, as our server does. */
static int
read_answer(struct client *c, struct buf *body)
{
	struct buf AUTO(buf_done) in = { 0 };
	char chunk[8192];
	char *end, *len;
	size_t head, want = 0;
	int status;

	for (;;) {
		ssize_t n = recv(c->fd, chunk, sizeof chunk, 0);

		if (n <= 0)
			return ERR_CLOSED;
		buf_add(&in, chunk, (size_t)n);
		end = memmem(in.p, in.n, "\r\n\r\n", 4);
		if (!end)
			continue;
		head = (size_t)(end - in.p) + 4;
		len = strcasestr(in.p, "content-length:");
		want = len && len < end ? strtoul(len + 15, NULL, 10) : 0;
		if (in.n >= head + want)
			break;
	}
	if (sscanf(in.p, "HTTP/1.1 %d", &status) != 1)
		return ERR_SYNTAX;
	if (body)
		buf_add(body, in.p + head, want);
	return status;
}

int
client_call(struct client *c, const char *method, const char *path, struct span body,
	    struct buf *ret_body)
{
	struct buf AUTO(buf_done) out = { 0 };
	int rc = ERR_IO;

	buf_printf(&out, "%s %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Length: %zu\r\n",
		   method, path, c->host, c->port, body.n);
	if (body.n)
		buf_add_z(&out, "Content-Type: application/json\r\n");
	if (c->token)
		buf_printf(&out, "Authorization: Bearer %s\r\n", c->token);
	buf_add_z(&out, "\r\n");
	buf_add_span(&out, body);
	for (int attempt = 0; attempt < 2; attempt++) {
		bool was_open = c->fd >= 0;

		if (!was_open && connect_to(c) < 0)
			return ERR_IO;
		rc = send_all(c->fd, buf_span(&out));
		if (rc == 0)
			rc = read_answer(c, ret_body);
		if (rc > 0)
			return rc;
		close(c->fd);
		c->fd = -1;
		if (!was_open)
			break;
	}
	return rc;
}

int
read_file(const char *path, struct buf *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[16384];
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		buf_add(ret, chunk, (size_t)n);
	close(fd);
	return n < 0 ? ERR_IO : 0;
}

int
write_file(const char *path, struct span text)
{
	char aside[4200];
	int fd, rc = 0;
	ssize_t n;

	snprintf(aside, sizeof aside, "%s.new", path);
	fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;
	while (text.n && rc == 0) {
		n = write(fd, text.p, text.n);
		if (n <= 0)
			rc = ERR_IO;
		else
			text = span_skip(text, (size_t)n);
	}
	if (rc == 0 && fsync(fd) < 0)
		rc = ERR_IO;
	close(fd);
	if (rc == 0 && rename(aside, path) < 0)
		rc = ERR_IO;
	return rc;
}

int
client_of_node(struct client *c, const char *dir, struct buf *why)
{
	struct buf AUTO(buf_done) text = { 0 }, path = { 0 };
	json_t AUTO(auto_json) *o = NULL;

	buf_printf(&path, "%s/serve.json", dir);
	if (read_file(path.p, &text) < 0) {
		buf_printf(why,
			   "no node runs on %s (start it with: kumak serve --data %s)",
			   dir, dir);
		return ERR_NOT_FOUND;
	}
	o = json_read(buf_span(&text), NULL);
	if (!json_is_object(o)) {
		buf_printf(why, "%s is damaged", path.p);
		return ERR_CORRUPT;
	}
	return client_open(c, json_string_value(json_object_get(o, "url")),
			   json_string_value(json_object_get(o, "secret")));
}
