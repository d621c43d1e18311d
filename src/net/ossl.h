/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's headers. They name a type ERR_STATE, as base/err.def does a code. */
#pragma once
#define ERR_STATE ossl_err_state
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#undef ERR_STATE
