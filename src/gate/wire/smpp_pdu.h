/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of SMPP 3.4, of those that a client of a text centre needs. Pure. Source:
 * Short Message Peer-to-Peer Protocol Specification v3.4, Issue 1.2; numbers in
 * brackets are its sections.
 *
 *   length 4 | command 4 | status 4 | sequence 4 | body; all big-endian (3.2)
 */
#pragma once
#include "base/buf.h"

#include <sys/types.h>

#define SMPP_PDU_MAX 8192 /* message_payload of ten parts, and its fields */
#define SMPP_ADDRESS_MAX 21
#define SMPP_PARTS_MAX 10 /* of one text */

enum smpp_command { /* 5.1.2.1 */
		    SMPP_GENERIC_NACK = 0x80000000u,
		    SMPP_BIND_TRANSCEIVER = 9,
		    SMPP_SUBMIT_SM = 4,
		    SMPP_DELIVER_SM = 5,
		    SMPP_UNBIND = 6,
		    SMPP_ENQUIRE_LINK = 0x15,
};
#define SMPP_RESP 0x80000000u

enum smpp_status { /* 5.1.3 */
		   SMPP_OK = 0,
		   SMPP_BAD_COMMAND = 3,
		   SMPP_SYSTEM_ERROR = 8,
		   SMPP_QUEUE_FULL = 0x14,
		   SMPP_THROTTLED = 0x58,
};

struct smpp_pdu {
	uint32_t command, status, sequence;
	struct span body;
};

/* What a deliver_sm says (4.6.1). */
struct smpp_deliver {
	struct span from, to; /* digits, with "+" where the type is international */
	char from_room[SMPP_ADDRESS_MAX + 2], to_room[SMPP_ADDRESS_MAX + 2];
	struct span udh, text; /* text: in the alphabet of coding */
	unsigned coding;
	bool is_receipt;           /* about a text of ours, not one of its own */
	unsigned ref, part, total; /* by UDH or by sar_… ; total 0: whole */
};

/* Length of the first; 0: not all here; < 0: what comes is no SMPP. */
ssize_t smpp_frame(struct span in);
bool smpp_parse(struct span whole, struct smpp_pdu *ret);
bool smpp_deliver_parse(struct span body, struct smpp_deliver *ret);
/* UTF-8 out of a text; how many bytes. */
size_t smpp_text(const struct smpp_deliver *d, char *to, size_t cap);

/* A message without a body. */
void smpp_write(struct buf *b, uint32_t command, uint32_t status, uint32_t sequence);
void smpp_write_deliver_resp(struct buf *b, uint32_t status, uint32_t sequence);
/* secret: at most 8 bytes, user 15, as 4.1.5 has it; longer ones are cut. */
void smpp_write_bind(struct buf *b, uint32_t sequence, struct span user,
		     struct span secret);

/* One submit_sm a part. */
struct smpp_part {
	unsigned coding; /* 0 or 8 */
	bool has_udh;
	size_t n;
	char bytes[140 + 20]; /* septets stand one a byte: 160 */
};
/* How many parts a text makes; what does not fit into SMPP_PARTS_MAX is cut. */
size_t smpp_split(struct span utf8, unsigned ref, struct smpp_part ret[SMPP_PARTS_MAX]);
void smpp_write_submit(struct buf *b, uint32_t sequence, struct span from,
		       struct span to, const struct smpp_part *part);
