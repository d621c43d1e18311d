/* SPDX-License-Identifier: Apache-2.0 */
#include "base/qr.h"

#include <qrencode.h>

#define QUIET 4 /* modules of light around it: ISO/IEC 18004 */

static bool
is_dark(const QRcode *qr, int x, int y)
{
	return x >= 0 && y >= 0 && x < qr->width && y < qr->width &&
	       (qr->data[y * qr->width + x] & 1);
}

void
qr_svg(struct buf *b, const char *text)
{
	QRcode *qr = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	int side;

	if (!qr)
		return;
	side = qr->width + 2 * QUIET;
	buf_printf(b,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		   "shape-rendering=\"crispEdges\"><path fill=\"#fff\" "
		   "d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"",
		   side, side, side, side);
	for (int y = 0; y < qr->width; y++)
		for (int x = 0; x < qr->width; x++)
			if (is_dark(qr, x, y))
				buf_printf(b, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
	buf_add_z(b, "\"/></svg>");
	QRcode_free(qr);
}

void
qr_terminal(struct buf *b, const char *text)
{
	QRcode *qr = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

	if (!qr)
		return;
	for (int y = -2; y < qr->width + 2; y += 2) {
		for (int x = -2; x < qr->width + 2; x++) {
			bool top = is_dark(qr, x, y), low = is_dark(qr, x, y + 1);

			buf_add_z(b, top ? (low ? " " : "▄") : (low ? "▀" : "█"));
		}
		buf_add_c(b, '\n');
	}
	QRcode_free(qr);
}
