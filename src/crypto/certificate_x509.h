/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OpenSSL object behind a certificate: for the files of crypto/ that need it (time-stamp
 * tokens, OCSP, CRL), for nobody else.
 *
 * Ownership: borrowed; it lives as long as the certificate, and may not be changed.
 */
#pragma once

#include <openssl/x509.h>

#include "crypto/certificate.h"

X509 *certificate_x509(const struct certificate *cert);
