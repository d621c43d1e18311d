/* SPDX-License-Identifier: Apache-2.0 */
/* Where messages of H02 begin and end; its map stands in drivers/h02.c. */
#pragma once
#include "gate/driver.h"

#define H02_SHORT \
	32 /* bytes of a binary one: longer ones have nothing more that is read */

ssize_t h02_frame(struct span in);
/* Of a binary message's name: 5, or 8 where a clock stands behind as many. 0: it is no
 * message. */
size_t h02_id_bytes(struct span msg);
