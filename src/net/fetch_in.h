/* SPDX-License-Identifier: Apache-2.0 */
/* An answer to a GET of ours, read from its bytes alone. Not for other rooms. */
#pragma once
#include "net/net.h"

#include <llhttp/llhttp.h>

struct response {
	llhttp_t parser;
	struct buf name, value; /* of the header that comes */
	struct buf etag, modified, location, body;
	size_t body_max, head_n;
	bool is_framed; /* its end is said, not only the connection's */
	bool is_whole;
	int rc; /* why it was refused */
};

void response_begin(struct response *a, size_t body_max);
/* 1: it is whole; 0: more must come; < 0: it is none, or too large. */
int response_read(struct response *a, struct span in);
/* The other side has ended: 0 if that was the answer's end too. */
int response_end(struct response *a);
void response_done(struct response *a);

struct url {
	struct buf address, path; /* "host:port", "/path?query" */
	struct span host;         /* as it was written, with its port if it had one */
	bool is_tls;
};
int url_read(struct span text, struct url *ret);
void url_done(struct url *u);
