/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_fuzz.h"

extern const struct gate_driver gate_driver_sms;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return driver_fuzz(&gate_driver_sms, data, size);
}
