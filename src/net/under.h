/* SPDX-License-Identifier: Apache-2.0 */
/* TLS under a stream. All return bytes, 0 for the end, or < 0. */
#pragma once
#include "net/inside.h"

struct ssl_st *tls_session_new(struct net_tls *tls, int fd, int64_t now_ms);
/* As a client that speaks to host only. */
struct ssl_st *tls_session_call(struct net_tls *tls, int fd, const char *host);
void tls_session_free(struct ssl_st *ssl);
int tls_handshake(struct ssl_st *ssl, bool *ret_wants_write); /* 1: done */
ssize_t tls_read(struct ssl_st *ssl, void *p, size_t n);      /* ERR_AGAIN */
ssize_t tls_write(struct ssl_st *ssl, const void *p, size_t n);
bool tls_has_more(struct ssl_st *ssl);
void tls_goodbye(struct ssl_st *ssl);
int tls_certificate(struct ssl_st *ssl, uint8_t ret_sha256[32]);
void tls_ref(struct net_tls *tls);
