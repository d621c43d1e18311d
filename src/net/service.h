/* SPDX-License-Identifier: Apache-2.0 */
/* What a loop has of its service manager. Private to net; included by inside.h. */
#pragma once
#define INHERITED_MAX 64

struct service {
	int inherited[INHERITED_MAX]; /* sockets that were handed over, not taken yet */
	size_t n_inherited;
	bool has_inherited;
	char *notify; /* where the manager listens; NULL: there is none */
	int64_t watchdog_ms, left_ms;
	struct net_timer *leaving; /* NULL: we stay */
	struct post last;
};

void service_open(struct net *net);
void service_close(struct net *net);
/* The socket of this address that was handed over, now the caller's; -1: none. */
int service_take(struct net *net, const union address *want, int socktype);
