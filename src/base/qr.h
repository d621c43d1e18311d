/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes: as one SVG path with its quiet zone, or for a terminal. */
#pragma once
#include "base/buf.h"

/* Nothing is added when the text is too long for a code. */
void qr_svg(struct buf *b, const char *text);
/* Two modules a character: a phone reads it off a terminal, dark or light. */
void qr_terminal(struct buf *b, const char *text);
