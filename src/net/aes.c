/* SPDX-License-Identifier: Apache-2.0 */
/* AES as alarm panels use it. OpenSSL lives in this room. */
#include "net/net.h"
#include "net/ossl.h"

static const EVP_CIPHER *
cipher_of(size_t key_n)
{
	return key_n == 16   ? EVP_aes_128_cbc()
	       : key_n == 24 ? EVP_aes_192_cbc()
	       : key_n == 32 ? EVP_aes_256_cbc()
			     : NULL;
}

int
net_aes_cbc(bool is_encrypting, struct span key, struct span in, char *ret)
{
	static const unsigned char iv[16];
	const EVP_CIPHER *cipher = cipher_of(key.n);
	EVP_CIPHER_CTX *c;
	int n = 0;
	bool is_good;

	if (!cipher || in.n % 16 || in.n > 1 << 20)
		return ERR_CRYPTO;
	c = EVP_CIPHER_CTX_new();
	is_good = c &&
		  EVP_CipherInit_ex(c, cipher, NULL, (const unsigned char *)key.p, iv,
				    is_encrypting) == 1 &&
		  EVP_CIPHER_CTX_set_padding(c, 0) == 1 &&
		  EVP_CipherUpdate(c, (unsigned char *)ret, &n,
				   (const unsigned char *)in.p, (int)in.n) == 1 &&
		  (size_t)n == in.n;
	EVP_CIPHER_CTX_free(c);
	return is_good ? 0 : ERR_CRYPTO;
}
