/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of SMPP 3.4, read and written. */
#include "gate/wire/smpp_pdu.h"

#include "gate/wire/bytes.h"
#include "gate/wire/gsm7.h"

#define HEAD 16
#define GSM 0
#define UCS2 8
#define ESM_UDH 0x40 /* 5.2.12: the text begins with a header */
#define ESM_TYPE 0x3c
#define ESM_RECEIPT 0x04 /* of a centre; 0x08 and others are of no person either */
#define TON_INTERNATIONAL 1
#define TON_LETTERS 5
#define TAG_SAR_REF 0x20c /* 5.3.2 */
#define TAG_SAR_TOTAL 0x20e
#define TAG_SAR_PART 0x20f
#define TAG_PAYLOAD 0x424

/* --- reading --------------------------------------------------------------------- */

ssize_t
smpp_frame(struct span in)
{
	struct bytes b = { .rest = in };
	uint64_t n;

	if (in.n < 4)
		return 0;
	n = bytes_take(&b, 4);
	if (n < HEAD || n > SMPP_PDU_MAX)
		return -1;
	return n > in.n ? 0 : (ssize_t)n;
}

bool
smpp_parse(struct span whole, struct smpp_pdu *ret)
{
	struct bytes b = { .rest = whole };

	if (smpp_frame(whole) != (ssize_t)whole.n)
		return false;
	bytes_take(&b, 4);
	ret->command = (uint32_t)bytes_take(&b, 4);
	ret->status = (uint32_t)bytes_take(&b, 4);
	ret->sequence = (uint32_t)bytes_take(&b, 4);
	ret->body = b.rest;
	return true;
}

/* A string that ends with a zero. */
static struct span
cut_z(struct bytes *b)
{
	struct span s = b->rest;
	ptrdiff_t n = span_find(s, 0);

	if (n < 0) {
		b->is_short = true;
		b->rest = (struct span){ NULL, 0 };
		return (struct span){ NULL, 0 };
	}
	b->rest = span_skip(s, (size_t)n + 1);
	return (struct span){ s.p, (size_t)n };
}

static struct span
cut_address(struct bytes *b, char room[SMPP_ADDRESS_MAX + 2])
{
	uint64_t type = bytes_take(b, 1);
	struct span s;
	size_t n = 0;

	bytes_take(b, 1); /* plan */
	s = cut_z(b);
	if (s.n > SMPP_ADDRESS_MAX)
		s.n = SMPP_ADDRESS_MAX;
	if (type == TON_INTERNATIONAL && s.n && s.p[0] != '+')
		room[n++] = '+';
	if (s.n)
		memcpy(room + n, s.p, s.n);
	return (struct span){ room, n + s.n };
}

static unsigned
number_of(struct span s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n && i < 2; i++)
		n = n << 8 | (uint8_t)s.p[i];
	return n;
}

/* Optional parameters: tag 2, length 2, value. */
static void
read_options(struct bytes *b, struct smpp_deliver *ret)
{
	unsigned ref = 0, part = 0, total = 0;

	while (b->rest.n >= 4) {
		unsigned tag = (unsigned)bytes_take(b, 2);
		struct span v = bytes_cut(b, bytes_take(b, 2));

		if (b->is_short)
			return;
		if (tag == TAG_PAYLOAD && v.n)
			ret->text = v;
		else if (tag == TAG_SAR_REF)
			ref = number_of(v);
		else if (tag == TAG_SAR_TOTAL)
			total = number_of(v);
		else if (tag == TAG_SAR_PART)
			part = number_of(v);
	}
	if (total > 1 && total < 256 && part >= 1 && part <= total) {
		ret->ref = ref;
		ret->part = part;
		ret->total = total;
	}
}

bool
smpp_deliver_parse(struct span body, struct smpp_deliver *ret)
{
	struct bytes b = { .rest = body };
	unsigned esm;
	size_t n;

	*ret = (struct smpp_deliver){ 0 };
	cut_z(&b); /* service */
	ret->from = cut_address(&b, ret->from_room);
	ret->to = cut_address(&b, ret->to_room);
	esm = (unsigned)bytes_take(&b, 1);
	bytes_take(&b, 2); /* protocol, priority */
	cut_z(&b);         /* schedule */
	cut_z(&b);         /* validity */
	bytes_take(&b, 2); /* registered delivery, replace */
	ret->coding = (unsigned)bytes_take(&b, 1);
	bytes_take(&b, 1); /* default message */
	n = bytes_take(&b, 1);
	ret->text = bytes_cut(&b, n);
	if (b.is_short)
		return false;
	read_options(&b, ret);
	ret->is_receipt = (esm & ESM_TYPE) != 0;
	if ((esm & ESM_UDH) && (n = udh_length(ret->text)) > 0) {
		ret->udh = (struct span){ ret->text.p, n };
		ret->text = span_skip(ret->text, n);
		udh_parts(ret->udh, &ret->ref, &ret->part, &ret->total);
	}
	return true;
}

/* Some write the centre's own alphabet and call it IA5: that has no such bytes. */
static bool
is_gsm(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < 0x20 && !memchr("\t\r\n", s.p[i], 3))
			return true;
	return false;
}

size_t
smpp_text(const struct smpp_deliver *d, char *to, size_t cap)
{
	switch (d->coding & 0xf) { /* 5.2.19; the classes of 0x1_ keep the alphabet */
	case UCS2:
		return ucs2_to_utf8(d->text, to, cap);
	case 1: /* IA5 */
		if (is_gsm(d->text))
			return gsm7_to_utf8(d->text, to, cap);
		return latin1_to_utf8(d->text, to, cap);
	case 3:
		return latin1_to_utf8(d->text, to, cap);
	default:
		return gsm7_to_utf8(d->text, to, cap);
	}
}

/* --- writing ---------------------------------------------------------------------- */

static void
put(struct buf *b, uint64_t v, size_t n)
{
	char bytes[8];

	bytes_put(bytes, v, n);
	buf_add(b, bytes, n);
}

static size_t
begin(struct buf *b, uint32_t command, uint32_t status, uint32_t sequence)
{
	size_t at = b->n;

	put(b, 0, 4);
	put(b, command, 4);
	put(b, status, 4);
	put(b, sequence, 4);
	return at;
}

static void
end(struct buf *b, size_t at)
{
	bytes_put(b->p + at, b->n - at, 4);
}

static void
put_z(struct buf *b, struct span s, size_t most)
{
	for (size_t i = 0; i < s.n && i < most && s.p[i]; i++)
		buf_add_c(b, s.p[i]);
	buf_add_c(b, 0);
}

void
smpp_write(struct buf *b, uint32_t command, uint32_t status, uint32_t sequence)
{
	end(b, begin(b, command, status, sequence));
}

void
smpp_write_deliver_resp(struct buf *b, uint32_t status, uint32_t sequence)
{
	size_t at = begin(b, SMPP_DELIVER_SM | SMPP_RESP, status, sequence);

	buf_add_c(b, 0); /* message_id: unused, as 4.6.2 says */
	end(b, at);
}

void
smpp_write_bind(struct buf *b, uint32_t sequence, struct span user, struct span secret)
{
	size_t at = begin(b, SMPP_BIND_TRANSCEIVER, 0, sequence);

	put_z(b, user, 15);
	put_z(b, secret, 8);
	put_z(b, SPAN("kumak"), 12);
	put(b, 0x34, 1); /* version */
	put(b, 0, 2);    /* of our numbers: as the centre has it */
	put_z(b, SPAN(""), 0);
	end(b, at);
}

/* In an alphabet whose letters take `unit` bytes each: where to cut at most n bytes
 * so that no pair is torn. */
static size_t
cut_at(const char *p, size_t n, bool is_gsm)
{
	if (is_gsm)
		return p[n - 1] == 0x1b ? n - 1 : n;
	return ((uint8_t)p[n - 2] & 0xfc) == 0xd8 ? n - 2 : n;
}

size_t
smpp_split(struct span utf8, unsigned ref, struct smpp_part ret[SMPP_PARTS_MAX])
{
	char all[SMPP_PARTS_MAX * 160];
	size_t n, count = 0, at = 0, room;
	bool is_gsm = gsm7_from_utf8(utf8, all, sizeof all, &n);
	size_t whole = is_gsm ? 160 : 140;

	while (!is_gsm && !ucs2_from_utf8(utf8, all, sizeof all, &n))
		utf8.n -= utf8.n > 64 ? 64 : utf8.n; /* what is longer is cut */
	room = n <= whole ? whole : is_gsm ? 153 : 134;
	do {
		struct smpp_part *p = &ret[count++];
		size_t k = n - at < room ? n - at : room;

		if (at + k < n)
			k = cut_at(all + at, k, is_gsm);
		*p = (struct smpp_part){ .coding = is_gsm ? GSM : UCS2,
					 .has_udh = n > whole };
		if (p->has_udh) {
			const char head[] = { 5, 0, 3, (char)ref, 0, (char)count };

			memcpy(p->bytes, head, sizeof head);
			p->n = sizeof head;
		}
		memcpy(p->bytes + p->n, all + at, k);
		p->n += k;
		at += k;
	} while (at < n && count < SMPP_PARTS_MAX);
	for (size_t i = 0; i < count; i++)
		if (ret[i].has_udh)
			ret[i].bytes[4] = (char)count;
	return count;
}

static void
put_address(struct buf *b, struct span s)
{
	bool is_letters = false;

	for (size_t i = 0; i < s.n; i++)
		is_letters |= !memchr("+0123456789", s.p[i], 11);
	if (is_letters) {
		put(b, TON_LETTERS << 8, 2);
	} else if (s.n && s.p[0] == '+') {
		put(b, TON_INTERNATIONAL << 8 | 1, 2);
		s = span_skip(s, 1);
	} else {
		put(b, s.n ? 1 : 0, 2); /* type unknown, plan of telephones */
	}
	put_z(b, s, SMPP_ADDRESS_MAX - 1);
}

void
smpp_write_submit(struct buf *b, uint32_t sequence, struct span from, struct span to,
		  const struct smpp_part *part)
{
	size_t at = begin(b, SMPP_SUBMIT_SM, 0, sequence);

	put_z(b, SPAN(""), 0); /* service */
	put_address(b, from);
	put_address(b, to);
	put(b, part->has_udh ? ESM_UDH : 0, 1);
	put(b, 0, 2);          /* protocol, priority */
	put_z(b, SPAN(""), 0); /* at once */
	put_z(b, SPAN(""), 0); /* valid as the centre has it */
	put(b, 0, 2);          /* no receipt, replaces nothing */
	put(b, part->coding, 1);
	put(b, 0, 1);
	put(b, part->n, 1);
	buf_add(b, part->bytes, part->n);
	end(b, at);
}
