/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of orders. None that listens or looks is ever written here. */
#include "base/err.h"
#include "base/utf8.h"
#include "gate/wire/bytes.h"
#include "gate/wire/jt808.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>

enum gate_order_kind
jt808_order_of(unsigned kind)
{
	return kind == 0x8201                     ? GATE_LOCATE_NOW
	       : kind == 0x8202 || kind == 0x8103 ? GATE_INTERVAL
	       : kind == 0x8300                   ? GATE_TEXT
	       : kind == 0x8203                   ? GATE_CONFIRM
						  : 0;
}

/* The letters of the wire are GBK, which has none of Urdu. How many bytes, or ERR_. */
static int
gbk_put(struct span text, char *to, size_t cap)
{
	char *from = (char *)text.p, *at = to;
	size_t rest = text.n, room = cap, lost;
	iconv_t letters;
	int why;

	if (!utf8_is_valid(text))
		return ERR_SYNTAX;
	letters = iconv_open("GBK", "UTF-8");
	if (letters == (iconv_t)-1)
		return ERR_LETTERS;
	lost = iconv(letters, &from, &rest, &at, &room);
	why = lost == (size_t)-1 ? errno : 0;
	iconv_close(letters);
	return why == E2BIG ? ERR_TOO_BIG : lost ? ERR_LETTERS : (int)(at - to);
}

/* A text to be shown and spoken. */
static int
text_put(bool is_2019, struct span text, char *to, size_t cap)
{
	bool is_ascii = true;
	int n = 0, size = (int)text.n;

	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return ERR_LETTERS;
		is_ascii &= isascii((unsigned char)text.p[i]) != 0;
	}
	/* Urgent, shown and spoken; 2019: a notice. */
	to[n++] = is_2019 ? 0x0e : 0x0d;
	if (is_2019)
		to[n++] = 1;
	if (!is_ascii)
		size = gbk_put(text, to + n, cap - 2);
	else if (text.n > cap - 2)
		return ERR_TOO_BIG;
	else
		memcpy(to + n, text.p, text.n);
	return size < 0 ? size : n + size;
}

int
jt808_order(const struct gate_order *order, bool is_2019, unsigned sos_serial,
	    unsigned *ret_kind, char body[JT808_ORDER_MAX])
{
	*ret_kind = 0x8201;
	if (order->kind == GATE_TEXT) {
		*ret_kind = 0x8300;
		return text_put(is_2019, order->text, body, JT808_ORDER_MAX);
	}
	if (order->kind == GATE_CONFIRM) {
		*ret_kind = 0x8203;
		bytes_put(body, sos_serial, 2);
		bytes_put(body + 2, 1, 4); /* bit 0 */
		return 6;
	}
	if (order->kind == GATE_INTERVAL && order->for_seconds) {
		*ret_kind = 0x8202;
		bytes_put(body, (uint64_t)order->seconds, 2);
		bytes_put(body + 2, (uint64_t)order->for_seconds, 4);
		return 6;
	}
	if (order->kind == GATE_INTERVAL) {
		*ret_kind = 0x8103; /* one setting: 29, the usual interval */
		bytes_put(body, 0x0100000029, 5);
		body[5] = 4;
		bytes_put(body + 6, (uint64_t)order->seconds, 4);
		return 10;
	}
	return order->kind == GATE_LOCATE_NOW ? 0 : ERR_UNSUPPORTED;
}
