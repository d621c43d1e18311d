/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numeric addresses in text: "127.0.0.1:8080", "[::1]:0". Names are never
 * looked up: a node listens and answers without DNS.
 */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

int
address_parse(struct span text, union address *ret, socklen_t *ret_n)
{
	ptrdiff_t colon = -1;
	union address a;
	struct span host, port;
	char z[PEER_MAX];
	int64_t n;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == ':')
			colon = (ptrdiff_t)i;
	if (colon < 0)
		return ERR_SYNTAX;
	host = (struct span){ text.p, (size_t)colon };
	port = span_skip(text, (size_t)colon + 1);
	if (!span_to_i64(port, &n) || n < 0 || n > 65535 || !host.n ||
	    host.n >= sizeof z)
		return ERR_SYNTAX;
	memset(&a, 0, sizeof a);
	if (host.p[0] == '[' && host.p[host.n - 1] == ']') {
		struct sockaddr_in6 *six = (struct sockaddr_in6 *)&a.ss;

		snprintf(z, sizeof z, "%.*s", (int)host.n - 2, host.p + 1);
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)n);
		if (inet_pton(AF_INET6, z, &six->sin6_addr) != 1)
			return ERR_SYNTAX;
		*ret_n = sizeof *six;
	} else {
		struct sockaddr_in *four = (struct sockaddr_in *)&a.ss;

		snprintf(z, sizeof z, SPAN_FMT, SPAN_ARG(host));
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)n);
		if (inet_pton(AF_INET, z, &four->sin_addr) != 1)
			return ERR_SYNTAX;
		*ret_n = sizeof *four;
	}
	*ret = a;
	return 0;
}

static bool
is_mapped(const union address *a)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&a->ss;

	return a->sa.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);
}

void
address_format(const union address *a, bool with_port, char *out, size_t cap)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&a->ss;
	bool is_six = a->sa.sa_family == AF_INET6 && !is_mapped(a);
	char host[INET6_ADDRSTRLEN] = "?";
	unsigned port = 0;

	if (is_six)
		inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
	else if (is_mapped(a))
		inet_ntop(AF_INET, six->sin6_addr.s6_addr + 12, host, sizeof host);
	else if (a->sa.sa_family == AF_INET)
		inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
	if (a->sa.sa_family == AF_INET6)
		port = ntohs(six->sin6_port);
	else if (a->sa.sa_family == AF_INET)
		port = ntohs(four->sin_port);
	if (!with_port)
		snprintf(out, cap, "%s", host);
	else
		snprintf(out, cap, is_six ? "[%s]:%u" : "%s:%u", host, port);
}

bool
address_is_loopback(const union address *a)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&a->ss;

	if (is_mapped(a))
		return six->sin6_addr.s6_addr[12] == 127;
	if (a->sa.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
	return a->sa.sa_family == AF_INET && ntohl(four->sin_addr.s_addr) >> 24 == 127;
}
