/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of orders. None that listens or looks is ever written here. */
#include "base/err.h"
#include "gate/wire/bytes.h"
#include "gate/wire/jt808.h"

enum gate_order_kind
jt808_order_of(unsigned kind)
{
	return kind == 0x8201                     ? GATE_LOCATE_NOW
	       : kind == 0x8202 || kind == 0x8103 ? GATE_INTERVAL
	       : kind == 0x8300                   ? GATE_TEXT
	       : kind == 0x8203                   ? GATE_CONFIRM
						  : 0;
}

/* A text to be shown and spoken. */
static int
text_put(bool is_2019, struct span text, char *to, size_t cap)
{
	int n = 0;

	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] > 0x7e || text.p[i] < ' ')
			return ERR_UNSUPPORTED;
	/* Urgent, shown and spoken; 2019: a notice. */
	to[n++] = is_2019 ? 0x0e : 0x0d;
	if (is_2019)
		to[n++] = 1;
	if (text.n > cap - 2)
		return ERR_TOO_BIG;
	memcpy(to + n, text.p, text.n);
	return n + (int)text.n;
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
