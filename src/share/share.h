/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk that keeps the times of grants: one begins at its first minute and
 * ends at its last, whether or not anybody looks. Owns a timer, nothing else.
 */
#pragma once

struct net;
struct journal;
struct share;

/* What is due is done before it returns: a start opens nothing that is over. */
int share_open(struct net *net, struct journal *journal, struct share **ret);
void share_close(struct share *s); /* NULL is fine */
