/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/totp.h"

#include "base/auto.h"
#include "base/crypt.h"
#include "base/sha1.h"

#define SECRET_BYTES 20 /* RFC 4226, 4: 160 bits are recommended */
#define STEPS_ASIDE 1   /* RFC 6238, 5.2: a slow hand, a clock that drifts */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 */

void
totp_new_secret(struct buf *ret_base32)
{
	uint8_t raw[SECRET_BYTES];
	unsigned bits = 0;
	uint32_t held = 0;

	crypt_random(raw, sizeof raw);
	for (size_t i = 0; i < sizeof raw; i++) {
		held = held << 8 | raw[i];
		for (bits += 8; bits >= 5; bits -= 5)
			buf_add_c(ret_base32, alphabet[held >> (bits - 5) & 31]);
	}
	crypt_wipe(raw, sizeof raw);
}

static bool
unbase32(struct span text, uint8_t raw[SECRET_BYTES])
{
	unsigned bits = 0;
	uint32_t held = 0;
	size_t n = 0;

	if (text.n != SECRET_BYTES * 8 / 5)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		const char *at = memchr(alphabet, text.p[i], sizeof alphabet - 1);

		if (!at)
			return false;
		held = held << 5 | (uint32_t)(at - alphabet);
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			raw[n++] = (uint8_t)(held >> bits);
		}
	}
	return true;
}

uint32_t
totp_code(struct span key, uint64_t counter, int digits)
{
	uint8_t mac[SHA1_BYTES], text[8];
	uint32_t number, limit = 1;
	int at;

	for (int i = 0; i < 8; i++)
		text[i] = (uint8_t)(counter >> (56 - 8 * i));
	sha1_hmac(mac, key, (struct span){ (char *)text, sizeof text });
	at = mac[SHA1_BYTES - 1] & 15; /* dynamic truncation, RFC 4226, 5.3 */
	number = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
		 (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	crypt_wipe(mac, sizeof mac);
	while (digits--)
		limit *= 10;
	return number % limit;
}

/* Six digits, maybe with a blank between as programs show them. */
static bool
read_code(struct span text, uint32_t *ret)
{
	uint32_t number = 0;
	int digits = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == ' ')
			continue;
		if (c < '0' || c > '9' || ++digits > TOTP_DIGITS)
			return false;
		number = number * 10 + (uint32_t)(c - '0');
	}
	*ret = number;
	return digits == TOTP_DIGITS;
}

bool
totp_check(struct span secret_base32, struct span code, int64_t now_ms, int64_t used,
	   int64_t *ret_step)
{
	int64_t now = now_ms / TOTP_STEP_MS, found = 0;
	uint8_t raw[SECRET_BYTES];
	uint32_t given, want;
	bool ok = false;

	if (!read_code(code, &given) || !unbase32(secret_base32, raw))
		return false;
	for (int64_t step = now - STEPS_ASIDE; step <= now + STEPS_ASIDE; step++) {
		want = totp_code((struct span){ (char *)raw, sizeof raw },
				 (uint64_t)step, TOTP_DIGITS);
		if (!crypt_equal(&want, &given, sizeof want) || step <= used)
			continue;
		ok = true;
		found = step;
	}
	crypt_wipe(raw, sizeof raw);
	if (ok)
		*ret_step = found;
	return ok;
}

static void
add_escaped(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_')
			buf_add_c(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

void
totp_uri(struct buf *b, struct span issuer, struct span login,
	 struct span secret_base32)
{
	buf_add_z(b, "otpauth://totp/");
	add_escaped(b, issuer);
	buf_add_c(b, ':');
	add_escaped(b, login);
	buf_add_z(b, "?secret=");
	buf_add_span(b, secret_base32);
	buf_add_z(b, "&issuer=");
	add_escaped(b, issuer);
	buf_printf(b, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS,
		   TOTP_STEP_MS / 1000);
}
