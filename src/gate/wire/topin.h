/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope of Topin; its map stands in drivers/topin.c. */
#pragma once
#include "gate/driver.h"

#define TOPIN_BODY 4 /* 78 78 len kind */

ssize_t topin_frame(struct span in);
bool topin_is_head(struct span s);
/* Its length counts networks. */
bool topin_is_wifi(uint8_t kind);
/* How long such a message is without its alarms; 0: not known yet. */
size_t topin_wifi_size(struct span in);
/* One message to the device; len as told, since it does not count. */
void topin_write(struct gate_out *out, unsigned len, uint8_t kind, struct span body);
