/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk that keeps the times of site registers: a check-in that does not come
 * is late, then missed; what two people opened ends. Owns a timer, nothing else.
 */
#pragma once

struct net;
struct journal;
struct rounds;

/* What is due is done before it returns: a start leaves nothing open that is over. */
int rounds_open(struct net *net, struct journal *journal, struct rounds **ret);
void rounds_close(struct rounds *r); /* NULL is fine */
