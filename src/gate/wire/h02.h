/* SPDX-License-Identifier: Apache-2.0 */
/* Where messages of H02 begin and end; its map stands in drivers/h02.c. */
#pragma once
#include "gate/driver.h"

#define H02_SHORT \
	32 /* bytes of a binary one: longer ones have nothing more that is read */

ssize_t h02_frame(struct span in);
