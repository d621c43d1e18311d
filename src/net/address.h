/* SPDX-License-Identifier: Apache-2.0 */
/* Numeric addresses of this room's sockets. Not for other rooms. */
#pragma once
#include "base/err.h"
#include "base/span.h"

#include <sys/socket.h>

#define PEER_MAX 64 /* "1111:2222:...:255.255.255.255" */

union address {
	struct sockaddr sa;
	struct sockaddr_storage ss;
};

int address_parse(struct span text, union address *ret, socklen_t *ret_n);
/* host only, or host:port */
void address_format(const union address *a, bool with_port, char *out, size_t cap);
bool address_is_loopback(const union address *a);
