/* SPDX-License-Identifier: Apache-2.0 */
/* A gateway that hands over anything; and numbers and letters by themselves. */
#include "gate_fuzz.h"

#include "gate/wire/sms.h"

extern const struct gate_driver gate_driver_sms;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { (const char *)data, size }, rest = in;
	struct span one = span_cut(&rest, '&');

	sms_language(in);
	/* Alike is alike both ways, and a number that may be answered is itself. */
	assert(sms_is_same_number(one, rest) == sms_is_same_number(rest, one));
	return driver_fuzz(&gate_driver_sms, data, size);
}
