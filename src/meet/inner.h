/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of meet, shared by its own files only. */
#pragma once
#include "meet/meet.h"

#include "base/auto.h"

#include <libical/ical.h>

/* Seconds east of UTC at a moment; 0 for a zone that is none. */
int meet_offset_s(const char *zone, int64_t utc_s);
/* "20260302T100000" */
void meet_basic_time(struct buf *b, int64_t local_s);
